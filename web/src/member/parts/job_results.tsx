import { useRef } from 'preact/hooks';
import { useSteady } from '../../common/lists/use_steady.ts';
import type { JobList, JobSummary } from '../../common/api/client.ts';
import { jobPath } from '../../common/navigation.ts';
import { dayOf, formatRelativeDay, formatTimeRange, formatWhen, groupByDay } from '../../common/time/dates.ts';
import type { Loaded } from '../../common/lists/pages.ts';
import { useWords } from '../i18n/words.ts';
import type { JobsQuery } from '../jobs/query.ts';
import type { Jobs } from '../jobs/use_jobs.ts';
import { useApp } from '../state/application.tsx';
import { JobDownload } from './job_download.tsx';
import { ListEnd, useSaid } from './list_end.tsx';
import { StatusBadge } from './status_badge.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';

let opened: string | null = null;

// The job that the reader went to last: going back puts the focus on it again.
export function lastOpenedJob(): string | null {
  return opened;
}

export function JobResults({ query, jobs, loaded }: { query: JobsQuery; jobs: Jobs; loaded: Loaded<JobList> }) {
  const { t } = useWords();
  const list = useRef<HTMLDivElement>(null);
  const { items, nextCursor } = loaded;
  const summary = t(nextCursor === null ? 'jobs.found' : 'jobs.shown', { count: items.length });
  const instants = items.flatMap(({ scheduled_at }) => (scheduled_at === null ? [] : [new Date(scheduled_at)]));
  useSaid(summary, JSON.stringify(query), loaded, 'live.jobs');
  useSteady(list);
  return (
    <div ref={list} class="steady">
      <ZoneNote instants={instants} />
      {query.sort.endsWith('number') ? (
        <Cards items={items} changed={loaded.changed} withDay />
      ) : (
        <DayGroups items={items} changed={loaded.changed} />
      )}
      <ListEnd
        list={jobs}
        loaded={loaded}
        summary={summary}
        more={t('jobs.more')}
        linkAt={(index) => list.current?.querySelectorAll<HTMLElement>('.card-link')[index]}
      />
      <JobDownload key={JSON.stringify(query)} query={query} />
    </div>
  );
}

interface CardsProperties {
  items: readonly JobSummary[];
  changed: ReadonlySet<string>;
  withDay?: boolean;
}

// The same day can come twice when pages were joined while jobs moved, hence the index in the key.
function DayGroups({ items, changed }: CardsProperties) {
  const translator = useWords();
  const { time_zone: timeZone } = useApp().portal;
  const today = dayOf(new Date(), timeZone);
  return (
    <>
      {groupByDay(items, timeZone).map((group, index) => (
        <section class="day" key={`${group.day ?? ''}/${index}`}>
          <h2>{group.day === null ? translator.t('jobs.no_date') : formatRelativeDay(group.day, today, translator)}</h2>
          <Cards items={group.items} changed={changed} />
        </section>
      ))}
    </>
  );
}

function Cards({ items, changed, withDay = false }: CardsProperties) {
  return (
    <ul class="cards">
      {items.map((job) => (
        <li key={job.id} data-item={job.id}>
          <JobCard job={job} changed={changed.has(job.id)} withDay={withDay} />
        </li>
      ))}
    </ul>
  );
}

// The whole card is one link: a large target, and one stop for the keyboard.
function JobCard({ job, changed, withDay }: { job: JobSummary; changed: boolean; withDay: boolean }) {
  const { t } = useWords();
  // Whoever has sites knows them by name; the address is for everybody else, and for the way.
  const where = job.site?.name ?? job.address ?? t('job.no_address');
  const reference = job.reference === null ? null : t('job.reference', { reference: job.reference });
  const details = [job.site === null ? null : job.address, t('job.number', { number: job.number }), reference];
  const who = job.assignee?.name ?? (job.assignment === 'unassigned' ? t('jobs.assignee_none') : null);
  return (
    <a id={`job-${job.id}`} class="card card-link" href={jobPath(job.id)} onClick={() => (opened = job.id)}>
      <span class="card-top">
        <span class="card-time">
          <JobTime job={job} withDay={withDay} />
        </span>
        <StatusBadge status={job.status} />
      </span>
      <strong class="card-title">{job.template.name}</strong>
      <span class="card-text">{who === null ? where : `${where} · ${who}`}</span>
      <span class="card-text muted">
        {details.filter((detail) => detail !== null).join(' · ')}
        {changed && <em class="updated"> · {t('jobs.updated')}</em>}
      </span>
    </a>
  );
}

function JobTime({ job, withDay }: { job: JobSummary; withDay: boolean }) {
  const translator = useWords();
  const { time_zone: timeZone } = useApp().portal;
  if (job.scheduled_at === null) return <>{withDay ? translator.t('jobs.no_date') : ''}</>;
  const start = new Date(job.scheduled_at);
  const end = job.scheduled_until === null ? null : new Date(job.scheduled_until);
  const text = withDay
    ? formatWhen(start, end, new Date(), timeZone, translator)
    : formatTimeRange(start, end, timeZone, translator);
  return <time dateTime={job.scheduled_at}>{text}</time>;
}
