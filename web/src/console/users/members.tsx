import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import type { Client } from '../api/clients.ts';
import { listMembers, memberName, type Member } from '../api/members.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { useApp, useMay } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { useLatest } from '../state/latest.ts';
import { Invite } from './invite.tsx';
import { MemberTable } from './member_table.tsx';

// Who of one client uses the portal, found and managed where one looks at the client.
export function Members({ client }: { client: Client }) {
  const { t } = useWords();
  const may = useMay('manager');
  const { setNotice } = useApp();
  const { open, show, close } = useDialogs<'invite'>();
  const query = { client_id: client.id };
  const list = useList<ItemsOf<Member>>(listKey('members', query), (part, _, signal) => listMembers(query, part, signal));
  const reload = useLatest(list.reload);
  return (
    <section class="section" aria-labelledby="members">
      <div class="section-head">
        <h2 id="members">{t('page.users')}</h2>
        {may && (
          <button type="button" class="button" onClick={() => show('invite')}>
            {t('users.add')}
          </button>
        )}
      </div>
      <MemberTable
        list={list}
        label={t('users.of', { client: client.name })}
        withClient={false}
        empty={<p class="muted">{t('users.none_of_client')}</p>}
      />
      {open !== null && (
        <Invite
          client={client}
          onClose={close}
          onInvited={(member) => {
            close();
            setNotice({ key: 'users.invited', values: { name: memberName(member) } });
            reload();
          }}
        />
      )}
    </section>
  );
}
