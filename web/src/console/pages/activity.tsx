import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { detailsOf, describeAction, describeActor, knownActions } from '../activity/words.ts';
import { actorKinds, listActivity, type Activity } from '../api/activity.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { clientPath } from '../navigation.ts';
import { ListTable } from '../parts/list_table.tsx';
import { Page } from '../parts/page.tsx';
import type { Column } from '../parts/table.tsx';
import { useFilters } from '../state/filters.ts';
import { useTimes } from '../state/times.ts';

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);

export function ActivityPage() {
  const translator = useWords();
  const { t } = translator;
  const times = useTimes();
  const filters = useFilters(['actor', 'action', 'client_id', 'from', 'to']);
  const { values, any } = filters;
  const wrongOrder = isDay(values.from) && isDay(values.to) && values.to < values.from;
  // What an address says wrongly is left out rather than sent on.
  const isGood: Readonly<Record<string, (value: string) => boolean>> = {
    actor: (value) => actorKinds.some((kind) => kind === value),
    action: (value) => /^[a-z_]{1,50}$/.test(value),
    client_id: (value) => /^[1-9][0-9]{0,18}$/.test(value),
    from: isDay,
    to: isDay,
  };
  const query: Record<string, string> = Object.fromEntries(Object.entries(filters.query).filter(([name, value]) => isGood[name]!(value)));
  const list = useList<ItemsOf<Activity>>(listKey('activity', query), wrongOrder ? null : (part, _, signal) => listActivity(query, part, signal));
  const items = list.loaded?.items ?? [];
  const actions = [...knownActions].map((value) => ({ value: value as string, text: describeAction(value, translator) }));
  const columns: Column<Activity>[] = [
    { key: 'at', head: t('activity.at'), cell: ({ at }) => times(at, '') },
    { key: 'actor', head: t('activity.who'), cell: ({ actor }) => describeActor(actor, translator) },
    {
      key: 'action',
      head: t('activity.what'),
      cell: (entry) => (
        <>
          {describeAction(entry.action, translator)}
          <Details of={entry} />
        </>
      ),
    },
    {
      key: 'about',
      head: t('activity.about'),
      cell: ({ client, member, subject }) => (
        <>
          <span class="block">{member?.name ?? subject?.name}</span>
          {client !== null && (
            <a class="block" href={clientPath(client.id)}>
              {client.name}
            </a>
          )}
        </>
      ),
    },
  ];
  const date = (name: 'from' | 'to') => (
    <div class="filter">
      <label for={name}>{t(`jobs.${name}`)}</label>
      <input id={name} type="date" value={isDay(values[name]) ? values[name] : ''} onChange={(event) => filters.set(name, event.currentTarget.value)} />
    </div>
  );
  return (
    <Page title={t('page.activity')} ready={list.loaded !== null || list.failure !== null || wrongOrder}>
      <form class="filters filters-row" role="search" aria-label={t('page.activity')} onSubmit={(event) => event.preventDefault()}>
        <Choice
          id="actor"
          label={t('activity.who')}
          value={values.actor}
          options={[{ value: '', text: t('filter.any') }, ...actorKinds.map((value) => ({ value, text: t(`activity.actor.${value}`) }))]}
          onChange={(value) => filters.set('actor', value)}
        />
        <Choice
          id="action"
          label={t('activity.what')}
          value={values.action}
          options={[{ value: '', text: t('filter.any') }, ...actions]}
          onChange={(value) => filters.set('action', value)}
        />
        {date('from')}
        {date('to')}
        {any && (
          <button type="button" class="button" onClick={filters.clear}>
            {t('jobs.clear_filters')}
          </button>
        )}
      </form>
      <section class="results" aria-label={t('page.activity')}>
        {wrongOrder ? (
          <p class="field-error" role="alert">
            {t('jobs.bad_dates')}
          </p>
        ) : (
          <>
            {items.length > 0 && <ZoneNote instants={items.map(({ at }) => new Date(at))} />}
            <ListTable
              list={list}
              label={t('page.activity')}
              columns={columns}
              nameOf={({ action }) => action}
              count={(count, all) => t(all ? 'activity.found' : 'activity.shown', { count })}
              more={t('activity.more')}
              empty={
                any ? (
                  <StatePanel icon="search" title={t('activity.nothing_found')} text={t('jobs.nothing_found_text')} />
                ) : (
                  <StatePanel icon="activity" title={t('activity.empty')} text={t('activity.empty_text')} />
                )
              }
            />
          </>
        )}
      </section>
    </Page>
  );
}

function Details({ of }: { of: Activity }) {
  const translator = useWords();
  const { t } = translator;
  const found = detailsOf(of, translator);
  if (found.length === 0) return null;
  return (
    <details class="details">
      <summary>{t('activity.details')}</summary>
      <dl>
        {found.map(({ name, before, after }, index) => (
          <div key={index}>
            {name !== '' && <dt>{name}</dt>}
            <dd>{before === null ? after : t('activity.change', { before, after })}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
