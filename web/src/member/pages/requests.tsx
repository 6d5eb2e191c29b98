import { useRef } from 'preact/hooks';
import type { WorkRequestList, WorkRequestSummary } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { usePlace } from '../../common/history.ts';
import type { Loaded } from '../../common/lists/pages.ts';
import { useSteady } from '../../common/lists/use_steady.ts';
import { requestPath } from '../../common/navigation.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { JobListSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { formatWish, wishInstants } from '../../common/wish.ts';
import { useRequestWords } from '../i18n/requests.ts';
import { ListEnd, useSaid } from '../parts/list_end.tsx';
import { NoRequests, NoRequestsText } from '../parts/no_requests.tsx';
import { RequestBadge } from '../parts/request_badge.tsx';
import { parseRequestsShown, requestLists, requestsPath, type RequestsShown } from '../requests/query.ts';
import { useRequests, type Requests } from '../requests/use_requests.ts';
import { formatSent } from '../requests/words.ts';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

export function RequestsPage() {
  const { membership } = useSession();
  const shown = parseRequestsShown(usePlace().search);
  // Another client is another page: nothing of the one before may stay in view.
  return membership.permissions.includes('create_work_requests') ? <RequestsOf key={membership.id} shown={shown} /> : <NoRequests />;
}

let opened: string | null = null;

function RequestsOf({ shown }: { shown: RequestsShown }) {
  const { t } = useRequestWords();
  const { portal } = useApp();
  const requests = useRequests(shown);
  return (
    <>
      <div class="request-head">
        <PageHeading
          title={pageTitle(t('requests.title'), portal.name)}
          ready={requests.loaded !== null || requests.failure !== null}
          returnTo={() => document.getElementById(`request-${opened ?? ''}`)}
        >
          {t('requests.title')}
        </PageHeading>
        <a class="button" href="/requests/new">
          {t('requests.new')}
        </a>
      </div>
      <nav class="tabs tabs-few" aria-label={t('requests.states')}>
        <ul>
          {requestLists.map((list) => (
            <li key={list}>
              <a href={requestsPath(list)} aria-current={list === shown ? 'page' : undefined}>
                {t(`requests.state.${list}`)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <section class="results" aria-label={t(`requests.state.${shown}`)}>
        <Results shown={shown} requests={requests} />
      </section>
    </>
  );
}

function Results({ shown, requests }: { shown: RequestsShown; requests: Requests }) {
  const { t } = useRequestWords();
  const { portal } = useApp();
  const { loaded, failure, reload } = requests;
  if (hasCode(failure, 'permission_required')) return <NoRequestsText />;
  if (failure !== null) return <FailurePanel failure={failure} retry={reload} />;
  if (loaded === null) return <JobListSkeleton />;
  if (loaded.items.length > 0) return <Cards shown={shown} requests={requests} loaded={loaded} />;
  return <StatePanel icon="mail" title={t(`requests.empty.${shown}`)} text={t(`requests.empty.${shown}_text`, { business: portal.name })} />;
}

function Cards({ shown, requests, loaded }: { shown: RequestsShown; requests: Requests; loaded: Loaded<WorkRequestList> }) {
  const { t } = useRequestWords();
  const list = useRef<HTMLUListElement>(null);
  const { items, nextCursor, changed } = loaded;
  const summary = t(nextCursor === null ? 'requests.found' : 'requests.shown', { count: items.length });
  useSaid(summary, shown, loaded, 'live.requests');
  useSteady(list);
  return (
    <>
      <ZoneNote instants={items.flatMap(wishInstants)} />
      <ul class="cards steady" ref={list}>
        {items.map((item) => (
          <li key={item.id} data-item={item.id}>
            <RequestCard request={item} changed={changed.has(item.id)} />
          </li>
        ))}
      </ul>
      <ListEnd list={requests} loaded={loaded} summary={summary} more={t('requests.more')} linkAt={(index) => list.current?.children[index]?.querySelector('a')} />
    </>
  );
}

// The whole card is one link: a large target, and one stop for the keyboard.
function RequestCard({ request, changed }: { request: WorkRequestSummary; changed: boolean }) {
  const translator = useRequestWords();
  const { t } = translator;
  const { time_zone: timeZone } = useApp().portal;
  const { id, number, subject, state, site } = request;
  const now = new Date();
  const wish = formatWish(request, now, timeZone, translator);
  const details = [site?.name ?? null, wish === null ? null : t('request.wish', { when: wish })].filter((detail) => detail !== null);
  return (
    <a id={`request-${id}`} class="card card-link" href={requestPath(id)} onClick={() => (opened = id)}>
      <span class="card-top">
        <strong class="card-title" dir="auto">
          {subject}
        </strong>
        <RequestBadge state={state} />
      </span>
      {details.length > 0 && <span class="card-text">{details.join(' · ')}</span>}
      <span class="card-text muted">
        {[t('job.number', { number: String(number) }), formatSent(request, now, timeZone, translator)].join(' · ')}
        {changed && <em class="updated"> · {t('jobs.updated')}</em>}
      </span>
    </a>
  );
}
