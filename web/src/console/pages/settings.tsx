import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { ApiKeys } from '../settings/api_keys.tsx';
import { StaffUsers } from '../settings/staff.tsx';

export function SettingsPage() {
  const { t } = useWords();
  return (
    <Page title={t('page.settings')}>
      <StaffUsers />
      <ApiKeys />
    </Page>
  );
}
