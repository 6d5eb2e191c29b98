import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { usePlace } from '../../common/history.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useApp } from '../state/application.tsx';

// A fault in drawing a page leaves the header and the contact standing, and the next page is tried afresh.
export function ErrorGuard({ children }: { children: ComponentChildren }) {
  const { t } = useTranslator();
  const { portal } = useApp();
  const { key } = usePlace();
  const [error, reset] = useErrorBoundary();
  useEffect(() => {
    if (error !== undefined) reset();
  }, [key]);
  if (error === undefined) return <>{children}</>;
  return (
    <div class="state" role="alert">
      <PageHeading title={`${t('error.title')} – ${portal.name}`}>{t('error.title')}</PageHeading>
      <p>{t('error.page')}</p>
      <div class="state-actions">
        <button type="button" class="button" onClick={() => location.reload()}>
          {t('action.try_again')}
        </button>
      </div>
    </div>
  );
}
