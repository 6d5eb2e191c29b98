import { useState } from 'preact/hooks';
import type { Session } from '../../common/api/client.ts';
import { Disclosure } from '../../common/parts/disclosure.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { initials, personName } from '../state/person.ts';
import { ClientChoice } from './client_choice.tsx';
import { Navigation } from './navigation.tsx';
import { SignOut } from './sign_out.tsx';

// The business, and how to reach it with one tap; below it, for whom the person acts.
export function Header() {
  const { t } = useWords();
  const { portal, session } = useApp();
  const { phone, email } = portal.contact;
  return (
    <header class="header">
      <div class="header-row">
        <Brand />
        <div class="header-actions">
          {phone !== null && (
            <a class="button button-icon" href={`tel:${phone.replace(/[^+0-9]/g, '')}`} aria-label={t('contact.call', { name: portal.name })}>
              <Icon name="phone" />
            </a>
          )}
          {email !== null && (
            <a class="button button-icon" href={`mailto:${email}`} aria-label={t('contact.write', { name: portal.name })}>
              <Icon name="mail" />
            </a>
          )}
          {session !== null && <AccountMenu session={session} />}
        </div>
      </div>
      {session !== null && <ClientSwitch session={session} />}
      {session !== null && <Navigation session={session} />}
    </header>
  );
}

// A logo that cannot be loaded gives way to the name.
function Brand() {
  const { portal, session } = useApp();
  const [broken, setBroken] = useState<string | null>(null);
  const { logo, name } = portal;
  const mark =
    logo === null || broken === logo.url ? (
      <span class="brand-name">{name}</span>
    ) : (
      <img class="brand-logo" src={logo.url} width={logo.width} height={logo.height} alt={name} onError={() => setBroken(logo.url)} />
    );
  return session === null ? (
    <div class="brand">{mark}</div>
  ) : (
    <a class="brand" href="/">
      {mark}
    </a>
  );
}

function AccountMenu({ session }: { session: Session }) {
  const { t } = useWords();
  const name = personName(session);
  return (
    <Disclosure class="account" label={t('header.account', { name })} button={<span class="avatar">{initials(session)}</span>}>
      {(close) => (
        <>
          <p class="menu-text">
            <span class="muted">{t('header.signed_in_as')}</span>
            <strong>{name}</strong>
            {session.member.email !== null && session.member.email !== name && <span class="muted">{session.member.email}</span>}
          </p>
          <ul class="menu">
            <li>
              <a class="menu-item" href="/account" onClick={close}>
                {t('account.title')}
              </a>
            </li>
            <li>
              <a class="menu-item" href="/help" onClick={close}>
                {t('help.title')}
              </a>
            </li>
            <li>
              <SignOut class="menu-item" />
            </li>
          </ul>
        </>
      )}
    </Disclosure>
  );
}

// Most people stand for one client and see a name only.
function ClientSwitch({ session }: { session: Session }) {
  const { t } = useWords();
  const current = session.membership.client.name;
  if (session.memberships.length < 2) return <p class="client">{current}</p>;

  return (
    <Disclosure
      class="client client-switch"
      label={t('header.switch_client', { client: current })}
      button={
        <>
          <span class="client-name">{current}</span>
          <Icon name="chevron-down" />
        </>
      }
    >
      {(close) => <ClientChoice session={session} onDone={close} />}
    </Disclosure>
  );
}
