import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';

export function UsersPage() {
  const { t } = useWords();
  return <Page title={t('page.users')} />;
}
