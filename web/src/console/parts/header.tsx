import { Disclosure } from '../../common/parts/disclosure.tsx';
import { useShell } from '../../common/state/shell.tsx';
import type { StaffSession } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { initials, personName } from '../state/person.ts';
import { SignOut } from './sign_out.tsx';

export function Header() {
  const { t } = useWords();
  const { session } = useApp();
  const { business } = useShell();
  const mark = (
    <>
      {business !== '' && <span class="brand-name">{business}</span>}
      <span class={business === '' ? 'brand-name' : 'muted'}>{t('header.console')}</span>
    </>
  );
  return (
    <header class="header console-header">
      <div class="header-row">
        {session === null ? (
          <div class="brand console-brand">{mark}</div>
        ) : (
          <a class="brand console-brand" href="/console">
            {mark}
          </a>
        )}
        {session !== null && <AccountMenu session={session} />}
      </div>
    </header>
  );
}

function AccountMenu({ session }: { session: StaffSession }) {
  const { t } = useWords();
  const name = personName(session);
  const { email, role } = session.staff;
  return (
    <Disclosure class="account" label={t('header.account', { name })} button={<span class="avatar">{initials(session)}</span>}>
      {(close) => (
        <>
          <p class="menu-text">
            <span class="muted">{t('header.signed_in_as')}</span>
            <strong>{name}</strong>
            {email !== name && <span class="muted">{email}</span>}
            <span class="muted">{t(`role.${role}`)}</span>
          </p>
          <ul class="menu">
            <li>
              <a class="menu-item" href="/console/account" onClick={close}>
                {t('account.title')}
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
