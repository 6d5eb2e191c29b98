import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { ApiKeys } from '../settings/api_keys.tsx';
import { Mail } from '../settings/mail.tsx';
import { FailedMessages } from '../settings/messages.tsx';
import { Periods } from '../settings/periods.tsx';
import { StaffUsers } from '../settings/staff.tsx';
import { useMay } from '../state/application.tsx';

export function SettingsPage() {
  const { t } = useWords();
  const isOwner = useMay('owner');
  return (
    <Page title={t('page.settings')}>
      <p class="muted link-row">
        {t('settings.elsewhere')}
        <a class="text-link" href="/console/appearance">
          {t('settings.appearance')}
        </a>
        <a class="text-link" href="/console/invitations">
          {t('settings.invitations')}
        </a>
      </p>
      <StaffUsers />
      {isOwner && <ApiKeys />}
      <Mail />
      <FailedMessages />
      <Periods />
    </Page>
  );
}
