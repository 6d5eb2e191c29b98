import { useState } from 'preact/hooks';
import { ChangePassword } from '../../common/account/change_password.tsx';
import { Devices } from '../../common/account/devices.tsx';
import { Profile } from '../../common/account/profile.tsx';
import { languages } from '../../common/i18n/catalogues.ts';
import { changePassword, changeProfile, endOwnSession, listOwnSessions } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { SignOut } from '../parts/sign_out.tsx';
import { useApp, useSession } from '../state/application.tsx';

export function AccountPage() {
  const { t } = useWords();
  const { openSession, closeSession } = useApp();
  const { staff } = useSession();
  // A change of the password ends sessions, so that the list is asked for again.
  const [changes, setChanges] = useState(0);
  return (
    <Page title={t('account.title')}>
      <Profile person={staff} offered={languages} request={changeProfile} onSaved={(session) => openSession(session, { key: 'account.saved' })}>
        <div class="fact">
          <dt>{t('account.email')}</dt>
          <dd>{staff.email}</dd>
        </div>
        <div class="fact">
          <dt>{t('account.role')}</dt>
          <dd>
            {t(`role.${staff.role}`)}
            <span class="muted block">{t(`role.${staff.role}_text`)}</span>
          </dd>
        </div>
      </Profile>
      <ChangePassword
        email={staff.email}
        request={changePassword}
        onChanged={(session) => {
          openSession(session, { key: 'password.changed' });
          setChanges(changes + 1);
        }}
      />
      <Devices key={changes} load={listOwnSessions} end={endOwnSession} onSignedOut={() => closeSession({ key: 'sign_in.signed_out' })} />
      <div class="section">
        <SignOut class="button" />
      </div>
    </Page>
  );
}
