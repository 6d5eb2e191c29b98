import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { SearchField } from '../../common/parts/search_field.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { formatWish, wishInstants } from '../../common/wish.ts';
import { listRequests, requestStates, whoAsked, type RequestList, type WorkRequestSummary } from '../api/requests.ts';
import { ClientFilter } from '../clients/client_filter.tsx';
import { useWords } from '../i18n/words.ts';
import { clientPath, requestPath } from '../navigation.ts';
import { Address } from '../parts/address.tsx';
import { ListTable } from '../parts/list_table.tsx';
import { Page } from '../parts/page.tsx';
import type { Column } from '../parts/table.tsx';
import { RequestStateWord } from '../requests/state.tsx';
import { formatFilters, useFilters } from '../state/filters.ts';
import { useTimes } from '../state/times.ts';

const kGroups = ['submitted', 'open', 'closed'] as const;

// What an address says wrongly is left out rather than sent on.
const isGood: Readonly<Record<string, (value: string) => boolean>> = {
  q: (value) => [...value].length <= 100,
  state: (value) => [...kGroups, ...requestStates].some((state) => state === value),
  client_id: (value) => /^[1-9][0-9]{0,18}$/.test(value),
};

// What clients ask for: what nobody has answered yet is what most come for.
export function RequestsPage() {
  const translator = useWords();
  const { t } = translator;
  const times = useTimes();
  const { timeZone } = useShell();
  const filters = useFilters(['q', 'state', 'client_id']);
  const { values, any } = filters;
  const query: Record<string, string> = Object.fromEntries(Object.entries(filters.query).filter(([name, value]) => isGood[name]!(value)));
  const list = useList<RequestList>(listKey('requests', query), (part, _, signal) => listRequests(query, part, signal));
  const items = list.loaded?.items ?? [];
  const columns: Column<WorkRequestSummary>[] = [
    {
      key: 'subject',
      head: t('work_request.subject'),
      cell: ({ id, number, subject, site }) => (
        <>
          <a class="row-link row-subject" href={requestPath(id)}>
            {t('work_request.heading', { number, subject })}
          </a>
          {site !== null && <span class="muted block">{site.name}</span>}
        </>
      ),
    },
    {
      key: 'client',
      head: t('member.client'),
      cell: (request) => (
        <>
          <a href={clientPath(request.client.id)}>{request.client.name}</a>
          <span class="muted block">
            <Address text={whoAsked(request)} />
          </span>
        </>
      ),
    },
    { key: 'state', head: t('staff.state'), whole: true, cell: ({ state }) => <RequestStateWord state={state} /> },
    { key: 'wish', head: t('work_request.wish'), whole: true, cell: (request) => formatWish(request, new Date(), timeZone, translator) ?? '' },
    { key: 'created', head: t('work_request.created'), whole: true, cell: ({ created_at: at }) => times(at, '') },
  ];
  return (
    <Page title={t('page.requests')} ready={list.loaded !== null || list.failure !== null}>
      <Groups counts={list.loaded?.first.counts} values={values} />
      <form class="filters filters-row" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('work_requests.search')}
          placeholder={t('work_requests.search_placeholder')}
          value={values.q}
          onSearch={(text) => filters.set('q', text, { typing: true })}
        />
        <Choice
          id="state"
          label={t('staff.state')}
          value={query['state'] ?? ''}
          options={[
            { value: '', text: t('filter.any') },
            { value: 'open', text: t('work_requests.open') },
            { value: 'closed', text: t('work_requests.closed') },
            ...requestStates.map((value) => ({ value, text: t(`work_request.state.${value}`) })),
          ]}
          onChange={(value) => filters.set('state', value)}
        />
        <ClientFilter
          id={query['client_id'] ?? ''}
          ofWhom={t('work_requests.of_whom')}
          every={t('work_requests.every_client')}
          onChange={(id) => filters.set('client_id', id)}
        />
      </form>
      <section class="results" aria-label={t('page.requests')}>
        {items.length > 0 && <ZoneNote instants={items.flatMap((one) => [new Date(one.created_at), ...wishInstants(one)])} />}
        <ListTable
          list={list}
          label={t('page.requests')}
          columns={columns}
          nameOf={({ subject }) => subject}
          count={(count, all) => t(all ? 'work_requests.found' : 'work_requests.shown', { count })}
          more={t('work_requests.more')}
          empty={
            any ? (
              <StatePanel icon="search" title={t('work_requests.nothing_found')} text={t('jobs.nothing_found_text')}>
                <button type="button" class="button" onClick={filters.clear}>
                  {t('jobs.clear_filters')}
                </button>
              </StatePanel>
            ) : (
              <StatePanel icon="requests" title={t('work_requests.empty')} text={t('work_requests.empty_text')} />
            )
          }
        />
      </section>
    </Page>
  );
}

interface GroupsProperties {
  counts: RequestList['counts'];
  values: Readonly<Record<string, string>>;
}

// How many there are of the whole business, whatever else is filtered; each leads to its own, and keeps the other filters.
function Groups({ counts, values }: GroupsProperties) {
  const { t } = useWords();
  const entry = (state: string, text: string, count?: number) => (
    <li key={state}>
      <a href={`/console/requests${formatFilters({ ...values, state })}`} aria-current={values['state'] === state ? 'page' : undefined}>
        {text} {state !== '' && <span class="count">{count}</span>}
      </a>
    </li>
  );
  return (
    <nav class="tabs" aria-label={t('work_requests.groups')}>
      <ul>
        {entry('', t('work_requests.all'))}
        {entry('submitted', t('work_requests.new'), counts?.submitted)}
        {entry('open', t('work_requests.open'), counts?.open)}
        {entry('closed', t('work_requests.closed'), counts?.closed)}
      </ul>
    </nav>
  );
}
