import { useState } from 'preact/hooks';
import { ChangePassword } from '../../common/account/change_password.tsx';
import { Devices } from '../../common/account/devices.tsx';
import { Profile } from '../../common/account/profile.tsx';
import { languages } from '../../common/i18n/catalogues.ts';
import { changeOwnRequestMail, changePassword, changeProfile, endOwnSession, listOwnSessions } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { SignOut } from '../parts/sign_out.tsx';
import { Switch } from '../parts/switch.tsx';
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
      <section class="section" aria-labelledby="request-mail">
        <h2 id="request-mail">{t('request_mail.title')}</h2>
        <p class="muted">{t('request_mail.text')}</p>
        <Switch
          on={staff.work_request_mail}
          text={(on) => t(on ? 'request_mail.on' : 'request_mail.off')}
          name={t('request_mail.title')}
          request={changeOwnRequestMail}
          said={(on) => t(on ? 'request_mail.own_on' : 'request_mail.own_off')}
          done={(session) => openSession(session)}
        />
      </section>
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
