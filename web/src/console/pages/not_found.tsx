import { PageHeading } from '../../common/parts/heading.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { useWords } from '../i18n/words.ts';

export function NotFoundPage() {
  const { t } = useWords();
  const { pageTitle } = useShell();
  return (
    <div class="state">
      <PageHeading title={pageTitle(t('not_found.title'))}>{t('not_found.title')}</PageHeading>
      <p>{t('not_found.text')}</p>
      <div class="state-actions">
        <a class="button" href="/console">
          {t('action.to_overview')}
        </a>
      </div>
    </div>
  );
}
