import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { ApiKeys } from '../settings/api_keys.tsx';
import { FailedMessages } from '../settings/messages.tsx';
import { Periods } from '../settings/periods.tsx';
import { StaffUsers } from '../settings/staff.tsx';
import { useMay } from '../state/application.tsx';

export function SettingsPage() {
  const { t } = useWords();
  const isOwner = useMay('owner');
  return (
    <Page title={t('page.settings')}>
      <StaffUsers />
      {isOwner && <ApiKeys />}
      <FailedMessages />
      <Periods />
    </Page>
  );
}
