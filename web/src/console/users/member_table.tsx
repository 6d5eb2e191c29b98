import type { ComponentChildren } from 'preact';
import type { ListState } from '../../common/lists/use_list.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { isOpen, memberName, waitingAddress, type Member, type MemberState } from '../api/members.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { clientPath } from '../navigation.ts';
import { Address } from '../parts/address.tsx';
import { ListTable } from '../parts/list_table.tsx';
import { RowButton } from '../parts/row_button.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { useLatest } from '../state/latest.ts';
import type { Selection } from '../state/selection.ts';
import { useTimes } from '../state/times.ts';
import { MemberAction, type Act } from './actions.tsx';

const kIcons: Readonly<Record<MemberState, string>> = {
  queued: 'status-not_scheduled',
  sent: 'mail',
  failed: 'status-could_not_be_completed',
  accepted: 'status-finished',
  expired: 'status-paused',
  cancelled: 'status-cancelled',
  removed: 'status-cancelled',
};

interface MemberTableProperties {
  list: ListState<ItemsOf<Member>>;
  label: string;
  // On the page of the client everybody is of that client.
  withClient: boolean;
  selection?: Selection | undefined;
  empty: ComponentChildren;
}

export function MemberTable({ list, label, withClient, selection, empty }: MemberTableProperties) {
  const { t } = useWords();
  const may = useMay('manager');
  const times = useTimes();
  const { open, show, close } = useDialogs<{ readonly act: Act; readonly member: Member }>();
  const reload = useLatest(list.reload);
  const items = list.loaded?.items ?? [];
  const instants = items.flatMap(({ last_sign_in_at: at }) => (at === null ? [] : [new Date(at)]));

  const columns: Column<Member>[] = [
    {
      key: 'name',
      head: t('staff.name'),
      cell: (member) => (
        <>
          {memberName(member)}
          {member.job_title !== null && <span class="muted block">{member.job_title}</span>}
          {[member.email, member.phone].map(
            (address) => address !== null && address !== memberName(member) && <span key={address} class="muted block"><Address text={address} /></span>,
          )}
        </>
      ),
    },
    ...(withClient
      ? [{ key: 'client', head: t('member.client'), cell: ({ client }: Member) => <a href={clientPath(client.id)}>{client.name}</a> }]
      : []),
    { key: 'state', head: t('staff.state'), whole: true, cell: (member) => <State member={member} /> },
    { key: 'channel', head: t('member.channel'), whole: true, cell: ({ channel }) => (channel === null ? '' : t(`channel.${channel}`)) },
    { key: 'last', head: t('staff.last_sign_in'), whole: true, cell: ({ last_sign_in_at: at }) => times(at, t('staff.never')) },
  ];
  if (may) {
    const button = (act: Act, text: string, member: Member) => (
      <RowButton text={text} name={memberName(member)} onClick={() => show({ act, member })} />
    );
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (member) => (
        <span class="row-actions">
          {(isOpen(member) || member.state === 'cancelled') && button('resend', t('staff.resend'), member)}
          {isOpen(member) && button('cancel', t('member.cancel'), member)}
          {(isOpen(member) || member.state === 'accepted') && button('edit', t('client.change'), member)}
          {(isOpen(member) || member.state === 'accepted') && button('view', t('view.action'), member)}
          {member.state === 'accepted' && member.email !== null && button('password', t('member.password'), member)}
          {waitingAddress(member) !== null && button('confirmation', t('member.confirmation'), member)}
          {member.state === 'accepted' && button('remove', t('staff.remove'), member)}
        </span>
      ),
    });
  }
  return (
    <>
      {instants.length > 0 && <ZoneNote instants={instants} />}
      <ListTable
        list={list}
        label={label}
        columns={columns}
        nameOf={memberName}
        selection={selection}
        count={(count, all) => t(all ? 'users.found' : 'users.shown', { count })}
        more={t('users.more')}
        empty={empty}
      />
      {open !== null && <MemberAction act={open.act} member={open.member} onClose={close} reload={reload} />}
    </>
  );
}

// A word and an icon, never a colour alone; what the provider said when it failed, and until when the link works.
function State({ member }: { member: Member }) {
  const { t } = useWords();
  const times = useTimes();
  const { state, failure, expires_at: expires } = member;
  const waiting = waitingAddress(member);
  return (
    <>
      <span class="member-state" data-state={state}>
        <Icon name={kIcons[state]} />
        {t(`member.state.${state}`)}
      </span>
      {state === 'failed' && failure !== null && <span class="muted block">{failure}</span>}
      {(state === 'sent' || state === 'queued') && expires !== null && (
        <span class="muted block">{t('member.expires', { time: times(expires, '') })}</span>
      )}
      {waiting !== null && <span class="block member-waiting">{t('member.waits', { address: waiting })}</span>}
    </>
  );
}
