import { useState } from 'preact/hooks';
import { call, type Session } from '../../common/api/client.ts';
import { describeFailure, type Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { announce } from '../../common/parts/announcer.tsx';
import { Disclosure } from '../../common/parts/disclosure.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useApp } from '../state/application.tsx';

// The business, and how to reach it with one tap; below it, for whom the person acts.
export function Header() {
  const { t } = useTranslator();
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
    </header>
  );
}

// A logo that cannot be loaded gives way to the name.
function Brand() {
  const { portal, session } = useApp();
  const [broken, setBroken] = useState(false);
  const { logo, name } = portal;
  const mark =
    logo === null || broken ? (
      <span class="brand-name">{name}</span>
    ) : (
      <img class="brand-logo" src={logo.url} width={logo.width} height={logo.height} alt={name} onError={() => setBroken(true)} />
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
  const translator = useTranslator();
  const { t } = translator;
  const { portal, closeSession } = useApp();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const name = personName(session);

  const signOut = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('delete', '/session', {});
    setBusy(false);
    if (answer.ok) {
      closeSession({ key: 'sign_in.signed_out' });
    } else {
      setFailure(answer.failure);
    }
  };
  return (
    <Disclosure class="account" label={t('header.account', { name })} button={<span class="avatar">{initials(session)}</span>}>
      {() => (
        <>
          <p class="menu-text">
            <span class="muted">{t('header.signed_in_as')}</span>
            <strong>{name}</strong>
            {session.member.email !== null && session.member.email !== name && <span class="muted">{session.member.email}</span>}
          </p>
          <button type="button" class="menu-item" aria-busy={busy} onClick={() => void signOut()}>
            {busy ? t('action.signing_out') : t('action.sign_out')}
          </button>
          {failure !== null && (
            <p class="menu-text field-error" role="alert">
              {describeFailure(failure, translator, portal.name)}
            </p>
          )}
        </>
      )}
    </Disclosure>
  );
}

// Most people stand for one client and see a name only. A switch gives the session a new cookie, and other tabs follow when they
// next ask for something.
function ClientSwitch({ session }: { session: Session }) {
  const translator = useTranslator();
  const { t } = translator;
  const { portal, openSession, handleFailure } = useApp();
  const [opening, setOpening] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const current = session.membership.client.name;
  if (session.memberships.length < 2) return <p class="client">{current}</p>;

  const choose = async (id: string, client: string, close: () => void) => {
    if (opening !== null) return;
    if (id === session.membership.id) {
      close();
      return;
    }
    setOpening(id);
    setFailure(null);
    announce(t('header.switching', { client }));
    const answer = await call('put', '/session/membership', { body: { membership_id: id } });
    setOpening(null);
    if (answer.ok) {
      close();
      openSession(answer.value, { key: 'header.client_now', values: { client: answer.value.membership.client.name } });
      navigate('/');
    } else if (!handleFailure(answer.failure)) {
      setFailure(answer.failure);
    }
  };
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
      {(close) => (
        <>
          <ul class="menu">
            {session.memberships.map(({ id, client }) => (
              <li key={id}>
                <button
                  type="button"
                  class="menu-item"
                  aria-current={id === session.membership.id ? 'true' : undefined}
                  aria-busy={opening === id}
                  onClick={() => void choose(id, client.name, close)}
                >
                  <span>{opening === id ? t('header.switching', { client: client.name }) : client.name}</span>
                  {id === session.membership.id && <Icon name="check" />}
                </button>
              </li>
            ))}
          </ul>
          {failure !== null && (
            <p class="menu-text field-error" role="alert">
              {describeFailure(failure, translator, portal.name)}
            </p>
          )}
        </>
      )}
    </Disclosure>
  );
}

export function personName({ member, membership }: Session): string {
  const name = [member.first_name, member.surname].filter(Boolean).join(' ');
  return name !== '' ? name : (member.email ?? membership.client.name);
}

// By characters and not by code units, so that a name may begin with any letter there is.
function initials({ member, membership }: Session): string {
  const parts = [member.first_name, member.surname].filter((part): part is string => part !== null && part !== '');
  const source = parts.length > 0 ? parts : [member.email ?? membership.client.name];
  return source.map((part) => [...part][0]!.toLocaleUpperCase()).join('');
}
