import { PageHeading } from '../../common/parts/heading.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { pageTitle } from './title.ts';

// nginx answers 404 to addresses that are no pages; this is for those that it lists and that have no content yet.
export function NotFoundPage() {
  const { t } = useWords();
  const { portal, session } = useApp();
  return (
    <div class="state">
      <PageHeading title={pageTitle(t('not_found.title'), portal.name)}>{t('not_found.title')}</PageHeading>
      <p>{t('not_found.text')}</p>
      <div class="state-actions">
        <a class="button" href={session === null ? '/sign-in' : '/'}>
          {t(session === null ? 'action.sign_in' : 'action.to_jobs')}
        </a>
      </div>
    </div>
  );
}
