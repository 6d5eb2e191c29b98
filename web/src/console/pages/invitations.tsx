import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';

export function InvitationsPage() {
  const { t } = useWords();
  return <Page title={t('page.invitations')} />;
}
