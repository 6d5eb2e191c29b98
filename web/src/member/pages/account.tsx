import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import { languages } from '../../common/i18n/catalogues.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { ChangePassword } from '../../common/account/change_password.tsx';
import { Devices } from '../../common/account/devices.tsx';
import { Profile } from '../../common/account/profile.tsx';
import { Mails } from '../account/mails.tsx';
import { useWords } from '../i18n/words.ts';
import { ClientChoice } from '../parts/client_choice.tsx';
import { SignOut } from '../parts/sign_out.tsx';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

export function AccountPage() {
  const { t } = useWords();
  const { portal, setNotice, openSession, closeSession } = useApp();
  const session = useSession();
  const { member, membership } = session;
  // A change of the password ends sessions, so that the list is asked for again.
  const [changes, setChanges] = useState(0);
  return (
    <>
      <PageHeading title={pageTitle(t('account.title'), portal.name)}>{t('account.title')}</PageHeading>
      <Profile
        person={member}
        offered={languages.filter((language) => portal.languages.includes(language))}
        request={(body) => call('patch', '/me', { body, membership: membership.id })}
        onSaved={(saved) => openSession(saved, { key: 'account.saved' })}
      >
        {/* The address is the login: whoever wants another one asks the business. */}
        <div class="fact">
          <dt>{t('account.email')}</dt>
          <dd>
            {member.email ?? t('account.no_email')}
            <span class="muted block">
              {member.email_change_pending ? t('account.email_pending') : t('account.ask_business', { business: portal.name })}
            </span>
          </dd>
        </div>
      </Profile>
      {session.memberships.length > 1 && (
        <section class="section" aria-labelledby="clients">
          <h2 id="clients">{t('account.clients')}</h2>
          <p class="muted">{t('account.clients_text')}</p>
          <div class="panel">
            <ClientChoice session={session} />
          </div>
        </section>
      )}
      {/* An invitation by text message leads to an address only once it is confirmed. */}
      {member.email !== null && <Mails key={membership.id} session={session} />}
      <ChangePassword
        email={member.email ?? ''}
        request={(body) => call('post', '/me/password', { body, membership: membership.id })}
        onChanged={() => {
          setNotice({ key: 'password.changed' });
          setChanges(changes + 1);
        }}
      />
      <Devices
        key={changes}
        load={(signal) => call('get', '/sessions', { signal })}
        end={(id) => call('delete', '/sessions/{id}', { path: { id } })}
        onSignedOut={() => closeSession({ key: 'sign_in.signed_out' })}
      />
      <div class="section">
        <SignOut class="button" />
      </div>
    </>
  );
}
