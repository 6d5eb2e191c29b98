import { navigate } from '../../common/history.ts';
import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { SearchField } from '../../common/parts/search_field.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { listClients, type ClientSummary } from '../api/clients.ts';
import type { ItemsOf } from '../api/types.ts';
import { AddClient } from '../clients/add_client.tsx';
import { InviteFound } from '../clients/invite_found.tsx';
import { Origin } from '../clients/origin.tsx';
import { useWords } from '../i18n/words.ts';
import { clientPath } from '../navigation.ts';
import { ListTable } from '../parts/list_table.tsx';
import { Page } from '../parts/page.tsx';
import { SelectionBar, type Column } from '../parts/table.tsx';
import { ReadRows } from '../rows/read_rows.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { useFilters } from '../state/filters.ts';
import { useLatest } from '../state/latest.ts';
import { useSelection } from '../state/selection.ts';
import { InviteMany } from '../users/invite_many.tsx';

type Open = 'add' | 'rows' | 'invite_chosen' | 'invite_found';

export function ClientsPage() {
  const { t } = useWords();
  const may = useMay('manager');
  const { setNotice } = useApp();
  const filters = useFilters(['q']);
  const q = [...filters.values.q.trim()].slice(0, 100).join('');
  const list = useList<ItemsOf<ClientSummary>>(listKey('clients', { q }), (part, _, signal) => listClients(q, part, signal));
  const items = list.loaded?.items ?? [];
  const selection = useSelection(items.map(({ id }) => id));
  const { open, show, close } = useDialogs<Open>();
  const reload = useLatest(list.reload);

  const columns: Column<ClientSummary>[] = [
    {
      key: 'name',
      head: t('clients.name'),
      cell: ({ id, name, imported }) => (
        <>
          <a class="row-link" href={clientPath(id)}>
            {name}
          </a>
          <Origin imported={imported} />
        </>
      ),
    },
    { key: 'email', head: t('client.email'), cell: ({ email }) => email ?? '' },
    { key: 'phone', head: t('client.phone'), cell: ({ phone }) => phone ?? '' },
    { key: 'sites', head: t('sites.title'), numeric: true, cell: ({ sites }) => sites },
    { key: 'members', head: t('page.users'), numeric: true, cell: ({ members }) => members },
  ];
  return (
    <Page
      title={t('page.clients')}
      ready={list.loaded !== null || list.failure !== null}
      actions={
        may && (
          <>
            <button type="button" class="button" onClick={() => show('add')}>
              {t('clients.add')}
            </button>
            <button type="button" class="button" onClick={() => show('rows')}>
              {t('rows.open')}
            </button>
          </>
        )
      }
    >
      <form class="filters filters-row" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('clients.search')}
          placeholder={t('clients.search_placeholder')}
          value={q}
          onSearch={(text) => filters.set('q', text, { typing: true })}
        />
        {may && items.length > 0 && (
          <button type="button" class="button" onClick={() => show('invite_found')}>
            {t(q === '' ? 'many.invite_all' : 'many.invite_found')}
          </button>
        )}
      </form>
      <section class="results" aria-label={t('page.clients')}>
        {may && items.length > 0 && (
          <SelectionBar selection={selection}>
            <button type="button" class="button" onClick={() => show('invite_chosen')}>
              {t('many.invite_chosen')}
            </button>
          </SelectionBar>
        )}
        <ListTable
          list={list}
          label={t('page.clients')}
          columns={columns}
          nameOf={({ name }) => name}
          selection={may ? selection : undefined}
          count={(count, all) => t(all ? 'clients.found' : 'clients.shown', { count })}
          more={t('clients.more')}
          empty={
            q === '' ? (
              <StatePanel icon="clients" title={t('clients.empty')} text={t('clients.empty_text')} />
            ) : (
              <StatePanel icon="search" title={t('clients.nothing_found')} text={t('clients.nothing_found_text')} />
            )
          }
        />
      </section>
      {open === 'add' && (
        <AddClient
          onClose={close}
          onAdded={(client) => {
            // Whoever has gone on reads that it is done, and stays there.
            if (close()) navigate(clientPath(client.id));
            else reload();
            setNotice({ key: 'clients.added', values: { name: client.name } });
          }}
        />
      )}
      {open === 'rows' && <ReadRows onClose={close} onDone={reload} />}
      {open === 'invite_chosen' && (
        <InviteMany
          clients={items.filter(({ id }) => selection.ids.includes(id)).map(({ id, name }) => ({ id, name }))}
          onClose={() => {
            close();
            selection.clear();
          }}
        />
      )}
      {open === 'invite_found' && <InviteFound q={q} onClose={close} />}
    </Page>
  );
}
