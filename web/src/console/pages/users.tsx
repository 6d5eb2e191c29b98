import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { Dialog } from '../../common/parts/dialog.tsx';
import { SearchField } from '../../common/parts/search_field.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { isOpen, listMembers, memberName, memberStates, type Member } from '../api/members.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { CancelButton } from '../parts/row_button.tsx';
import { SelectionBar } from '../parts/table.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { useFilters } from '../state/filters.ts';
import { useLatest } from '../state/latest.ts';
import { useSelection } from '../state/selection.ts';
import { Invite } from '../users/invite.tsx';
import { MemberTable } from '../users/member_table.tsx';
import { ResendAll } from '../users/resend_all.tsx';
import { useWithMany, type ManyAct } from '../users/with_many.ts';

type Open = 'invite' | 'resend_all' | { readonly act: ManyAct };

export function UsersPage() {
  const { t } = useWords();
  const may = useMay('manager');
  const { setNotice } = useApp();
  const filters = useFilters(['q', 'state', 'channel']);
  // What an address says wrongly is left out rather than sent on.
  const query: Record<string, string> = Object.fromEntries(
    Object.entries(filters.query).filter(
      ([name, value]) => name === 'q' || (name === 'state' ? memberStates.some((state) => state === value) : ['email', 'sms'].includes(value)),
    ),
  );
  const list = useList<ItemsOf<Member>>(listKey('members', query), (part, _, signal) => listMembers(query, part, signal));
  const items = list.loaded?.items ?? [];
  const selection = useSelection(items.map(({ id }) => id));
  const withMany = useWithMany();
  const reload = useLatest(list.reload);
  const { open, show, close } = useDialogs<Open>();
  const chosen = items.filter(({ id }) => selection.ids.includes(id));
  const fitting: Record<ManyAct, readonly Member[]> = {
    resend: chosen.filter(isOpen),
    cancel: chosen.filter(isOpen),
    remove: chosen.filter(({ state }) => state === 'accepted'),
  };
  const { values, any } = filters;
  return (
    <Page
      title={t('page.users')}
      ready={list.loaded !== null || list.failure !== null}
      actions={
        may && (
          <>
            <button type="button" class="button" onClick={() => show('invite')}>
              {t('users.add')}
            </button>
            <a class="button" href="/console/clients">
              {t('users.invite_many')}
            </a>
            <button type="button" class="button" onClick={() => show('resend_all')}>
              {t('users.resend_all')}
            </button>
          </>
        )
      }
    >
      <form class="filters filters-row" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('users.search')}
          placeholder={t('users.search_placeholder')}
          value={values.q}
          onSearch={(text) => filters.set('q', text, { typing: true })}
        />
        <Choice
          id="state"
          label={t('staff.state')}
          value={values.state}
          options={[{ value: '', text: t('filter.any') }, ...memberStates.map((value) => ({ value, text: t(`member.state.${value}`) }))]}
          onChange={(value) => filters.set('state', value)}
        />
        <Choice
          id="channel"
          label={t('member.channel')}
          value={values.channel}
          options={[{ value: '', text: t('filter.any') }, ...(['email', 'sms'] as const).map((value) => ({ value, text: t(`channel.${value}`) }))]}
          onChange={(value) => filters.set('channel', value)}
        />
      </form>
      <section class="results" aria-label={t('page.users')}>
        {may && items.length > 0 && (
          <SelectionBar selection={selection}>
            {(['resend', 'cancel', 'remove'] as const).map(
              (act) =>
                fitting[act].length > 0 && (
                  <button key={act} type="button" class="button" onClick={() => show({ act })}>
                    {t(`users.many_${act}`, { count: fitting[act].length })}
                  </button>
                ),
            )}
          </SelectionBar>
        )}
        <MemberTable
          list={list}
          label={t('page.users')}
          withClient
          selection={may ? selection : undefined}
          empty={
            any ? (
              <StatePanel icon="search" title={t('users.nothing_found')} text={t('users.nothing_found_text')}>
                <button type="button" class="button" onClick={filters.clear}>
                  {t('jobs.clear_filters')}
                </button>
              </StatePanel>
            ) : (
              <StatePanel icon="users" title={t('users.empty')} text={t('users.empty_text')} />
            )
          }
        />
      </section>
      {open === 'invite' && (
        <Invite
          client={null}
          onClose={close}
          onInvited={(member) => {
            close();
            setNotice({ key: 'users.invited', values: { name: memberName(member) } });
            reload();
          }}
        />
      )}
      {open === 'resend_all' && <ResendAll onClose={close} onDone={reload} />}
      {open !== null && typeof open === 'object' && (
        <Dialog title={t(`users.many_${open.act}`, { count: fitting[open.act].length })} onClose={close}>
          <p>{t(`users.many_${open.act}_text`)}</p>
          <ul class="plain-list">
            {fitting[open.act].map((member) => (
              <li key={member.id}>{memberName(member)}</li>
            ))}
          </ul>
          <div class="actions">
            <button
              type="button"
              class={open.act === 'resend' ? 'button button-primary button-fit' : 'button button-danger'}
              onClick={() => {
                withMany(open.act, fitting[open.act], reload);
                close();
                selection.clear();
              }}
            >
              {t(`users.many_${open.act}`, { count: fitting[open.act].length })}
            </button>
            <CancelButton onClose={close} />
          </div>
        </Dialog>
      )}
    </Page>
  );
}
