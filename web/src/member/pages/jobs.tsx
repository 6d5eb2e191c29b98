import { useRef } from 'preact/hooks';
import type { JobState } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { formatNumber } from '../../common/formats.ts';
import { navigate, usePlace } from '../../common/history.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useWords } from '../i18n/words.ts';
import { datesAreInOrder, hasFilters, inState, jobsPath, parseJobsQuery, statesFor, withoutFilters, type JobsQuery } from '../jobs/query.ts';
import { useJobs, type Jobs } from '../jobs/use_jobs.ts';
import { useSites } from '../jobs/use_sites.ts';
import { JobFilters } from '../parts/job_filters.tsx';
import { JobResults, lastOpenedJob } from '../parts/job_results.tsx';
import { JobListSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

export function JobsPage() {
  const session = useSession();
  const states = statesFor(session.membership.permissions);
  const query = parseJobsQuery(usePlace().search, states);
  // Another client is another page: nothing of the one before may stay in view.
  return query === null ? <NoAccess /> : <JobsOf key={session.membership.id} query={query} states={states} />;
}

function NoAccess() {
  const { t } = useWords();
  const { portal } = useApp();
  const client = useSession().membership.client.name;
  return (
    <>
      <PageHeading title={pageTitle(t('jobs.title'), portal.name)}>{t('jobs.title')}</PageHeading>
      <StatePanel icon="lock" title={t('jobs.no_access')} text={t('jobs.no_access_text', { business: portal.name, client })} />
    </>
  );
}

function JobsOf({ query, states }: { query: JobsQuery; states: readonly JobState[] }) {
  const { t } = useWords();
  const { portal } = useApp();
  const jobs = useJobs(query);
  const sites = useSites();
  const counts = useRef<StateTabsProperties['counts']>();
  counts.current = jobs.loaded?.first.counts ?? counts.current;
  // The filters and the list come at once, so that nothing moves when the other arrives.
  const isComplete = useRef(false);
  const isAnswered = jobs.loaded !== null || jobs.failure !== null || !datesAreInOrder(query);
  if (sites !== null && isAnswered) isComplete.current = true;
  const change = (next: JobsQuery, replace: boolean) => navigate(jobsPath(next, states), { replace });
  const clear = () => {
    change(withoutFilters(query), false);
    // The button that was pressed is gone now.
    document.querySelector('h1')?.focus({ preventScroll: true });
  };
  return (
    <>
      <PageHeading
        title={pageTitle(t('jobs.title'), portal.name)}
        ready={jobs.loaded !== null || jobs.failure !== null}
        returnTo={() => document.getElementById(`job-${lastOpenedJob() ?? ''}`)}
      >
        {t('jobs.title')}
      </PageHeading>
      <StateTabs query={query} states={states} counts={counts.current} />
      <JobFilters query={query} sites={isComplete.current ? (sites ?? []) : null} onChange={change} onClear={clear} />
      <section class="results" key={isComplete.current ? 'complete' : 'waiting'} aria-label={t(`jobs.state.${query.state}`)}>
        {isComplete.current ? <Results query={query} jobs={jobs} onClear={clear} /> : <JobListSkeleton />}
      </section>
    </>
  );
}

interface StateTabsProperties {
  query: JobsQuery;
  states: readonly JobState[];
  counts: Partial<Record<JobState, number>> | undefined;
}

function StateTabs({ query, states, counts }: StateTabsProperties) {
  const { t, locale } = useWords();
  return (
    <nav class="tabs" aria-label={t('jobs.states')}>
      <ul>
        {states.map((state) => (
          <li key={state}>
            <a href={jobsPath(inState(query, state), states)} aria-current={state === query.state ? 'page' : undefined}>
              {t(`jobs.state.${state}`)}
              {/* Its place is kept until it is known. */}
              <span class="count"> {counts?.[state] === undefined ? '\u00a0' : formatNumber(counts[state], locale)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

// No jobs yet, none that match and none that may be seen are three different things to say.
function Results({ query, jobs, onClear }: { query: JobsQuery; jobs: Jobs; onClear: () => void }) {
  const { t } = useWords();
  const { portal } = useApp();
  if (jobs.failure !== null && hasCode(jobs.failure, 'permission_required')) {
    return <StatePanel icon="lock" title={t('jobs.no_access')} text={t('error.forbidden', { business: portal.name })} />;
  }
  if (jobs.failure !== null) return <FailurePanel failure={jobs.failure} retry={jobs.reload} />;
  if (!datesAreInOrder(query)) {
    return (
      <StatePanel icon="search" title={t('jobs.nothing_found')} text={t('jobs.bad_dates')}>
        <button type="button" class="button" onClick={onClear}>
          {t('jobs.clear_filters')}
        </button>
      </StatePanel>
    );
  }
  if (jobs.loaded === null) return <JobListSkeleton />;
  if (jobs.loaded.items.length > 0) return <JobResults query={query} jobs={jobs} loaded={jobs.loaded} />;
  if (hasFilters(query)) {
    return (
      <StatePanel icon="search" title={t('jobs.nothing_found')} text={t('jobs.nothing_found_text')}>
        <button type="button" class="button" onClick={onClear}>
          {t('jobs.clear_filters')}
        </button>
      </StatePanel>
    );
  }
  return (
    <StatePanel
      icon="calendar-empty"
      title={t(`jobs.empty.${query.state}`)}
      text={t(`jobs.empty.${query.state}_text`, { business: portal.name })}
    />
  );
}
