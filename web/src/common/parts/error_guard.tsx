import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { usePlace } from '../history.ts';
import { useTranslator } from '../i18n/language.tsx';
import { PageHeading } from './heading.tsx';
import { useShell } from '../state/shell.tsx';

// A fault in drawing a page leaves the header and the contact standing, and the next page is tried afresh.
export function ErrorGuard({ children }: { children: ComponentChildren }) {
  const { t } = useTranslator();
  const { pageTitle } = useShell();
  const { key } = usePlace();
  const [error, reset] = useErrorBoundary();
  useEffect(() => {
    if (error !== undefined) reset();
  }, [key]);
  if (error === undefined) return <>{children}</>;
  return (
    <div class="state" role="alert">
      <PageHeading title={pageTitle(t('error.title'))}>{t('error.title')}</PageHeading>
      <p>{t('error.page')}</p>
      <div class="state-actions">
        <button type="button" class="button" onClick={() => location.reload()}>
          {t('action.try_again')}
        </button>
      </div>
    </div>
  );
}
