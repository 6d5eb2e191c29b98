import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call, type Job, type JobSummary, type Outcome } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { mapAddress } from '../../common/links.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { formatWhen } from '../../common/time/dates.ts';
import { useChanges } from '../../common/live/use_changes.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { useWake } from '../../common/wake.ts';
import { useWords } from '../i18n/words.ts';
import { recallJob } from '../jobs/seen.ts';
import { shows } from '../jobs/use_jobs.ts';
import { OnTheWay } from '../position/on_the_way.tsx';
import { BackToJobs } from '../parts/back_to_jobs.tsx';
import { FieldList } from '../parts/job_fields.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { StatusBadge } from '../parts/status_badge.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

// What the list knew is shown at once, also without a connection; the fields follow when they are there.
export function JobPage({ id }: { id: string }) {
  const membership = useSession().membership.id;
  const { answer, updated, reload } = useJob(id, membership);
  const known = answer?.ok === true ? answer.value : recallJob(membership, id);
  const failure = answer === null || answer.ok ? null : answer.failure;
  return (
    <article class="job">
      <BackToJobs />
      {hasCode(failure, 'not_found') && <Missing />}
      {!hasCode(failure, 'not_found') && known === null && <Waiting failed={failure !== null} />}
      {!hasCode(failure, 'not_found') && known !== null && <JobSummaryOf job={known} updated={updated} />}
      {answer === null && <JobSkeleton />}
      {answer?.ok === true && answer.value.tracked && <OnTheWay key={id} id={id} membership={membership} />}
      {answer?.ok === true && <JobFields job={answer.value} />}
      {failure !== null && !hasCode(failure, 'not_found') && <FailurePanel failure={failure} retry={reload} />}
    </article>
  );
}

// A job of somebody else and one that never was look alike.
function Missing() {
  const { t } = useWords();
  const { portal } = useApp();
  return (
    <>
      <PageHeading title={pageTitle(t('job.not_found'), portal.name)}>{t('job.not_found')}</PageHeading>
      <p>{t('job.not_found_text')}</p>
      <p>
        <a class="button" href="/">
          {t('action.to_jobs')}
        </a>
      </p>
    </>
  );
}

function Waiting({ failed }: { failed: boolean }) {
  const { t } = useWords();
  const { portal } = useApp();
  return (
    <PageHeading title={pageTitle(t('jobs.title'), portal.name)} ready={failed} class="visually-hidden">
      {t(failed ? 'error.title' : 'loading')}
    </PageHeading>
  );
}

function useJob(id: string, membership: string): { answer: Outcome<Job> | null; updated: boolean; reload: () => void } {
  const { t } = useWords();
  const { handleFailure, markLoaded, markMissed } = useApp();
  const [updated, setUpdated] = useState(false);
  const [answer, setAnswer] = useState<Outcome<Job> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const shown = useRef(answer);
  shown.current = answer;
  useEffect(() => {
    const abort = new AbortController();
    void call('get', '/jobs/{id}', { path: { id }, membership, signal: abort.signal }).then((result) => {
      if (abort.signal.aborted || (!result.ok && handleFailure(result.failure))) return;
      if (result.ok) markLoaded();
      if (result.ok && shown.current?.ok === true && JSON.stringify(result.value) !== JSON.stringify(shown.current.value)) {
        setUpdated(true);
        announce(t('live.job'));
      }
      // What is already shown stays when a refresh fails; the banner dates it.
      if (!result.ok && shown.current?.ok === true && !hasCode(result.failure, 'not_found')) markMissed();
      else setAnswer(result);
    });
    return () => abort.abort();
  }, [id, membership, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  useWake(reload);
  useChanges(shows, (changes) => {
    if (changes.some(({ name, jobId }) => name !== 'jobs' || jobId === null || jobId === id)) reload();
  });
  return { answer, updated, reload };
}

function JobSummaryOf({ job, updated }: { job: JobSummary; updated: boolean }) {
  const { t } = useWords();
  const { portal } = useApp();
  const number = t('job.number', { number: job.number });
  // The business may show no names: then an assigned job has none either.
  const who = job.assignee?.name ?? (job.assignment === 'unassigned' ? t('jobs.assignee_none') : null);
  return (
    <>
      <div class="job-head">
        <PageHeading title={pageTitle(`${job.template.name} ${number}`, portal.name)}>{job.template.name}</PageHeading>
        <StatusBadge status={job.status} />
      </div>
      <p class="muted">
        {number}
        {job.reference !== null && ` · ${t('job.reference', { reference: job.reference })}`}
        {updated && <em class="updated"> · {t('jobs.updated')}</em>}
      </p>
      <dl class="facts">
        <Fact label={t('job.when')}>
          <When job={job} />
        </Fact>
        <Fact label={t('job.where')}>
          <Where job={job} />
        </Fact>
        {who !== null && <Fact label={t('job.who')}>{who}</Fact>}
      </dl>
    </>
  );
}

function JobFields({ job }: { job: Job }) {
  const { t } = useWords();
  const { fields } = job;
  // Named once: beside the time of the visit, or here where there is none.
  const others = fields.flatMap((field) => (field.type === 'datetime' && field.value !== null ? [new Date(field.value)] : []));
  const details = fields.filter(({ group }) => group !== 'report');
  const report = fields.filter(({ group }) => group === 'report');
  return (
    <>
      {job.scheduled_at === null && <ZoneNote instants={others} />}
      {details.length > 0 && <FieldList title={t('job.details')} fields={details} />}
      {report.length > 0 && <FieldList title={t('job.report')} fields={report} />}
    </>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function When({ job }: { job: JobSummary }) {
  const translator = useWords();
  const { time_zone: timeZone } = useApp().portal;
  if (job.scheduled_at === null) return <>{translator.t('jobs.no_date')}</>;
  const start = new Date(job.scheduled_at);
  const end = job.scheduled_until === null ? null : new Date(job.scheduled_until);
  return (
    <>
      <time class="block" dateTime={job.scheduled_at}>
        {formatWhen(start, end, new Date(), timeZone, translator)}
      </time>
      <ZoneNote instants={[start]} />
      {(job.state === 'planned' || job.state === 'active') && (
        <a class="map-link" href={`/api/v1/jobs/${job.id}/calendar`}>
          {translator.t('job.calendar')}
        </a>
      )}
    </>
  );
}

// The map is a link and no picture: nothing of another host is loaded before somebody asks for it.
function Where({ job }: { job: JobSummary }) {
  const { t } = useWords();
  const { address, site } = job;
  return (
    <>
      {site !== null && <span class="block">{site.name}</span>}
      {address === null ? (
        site === null && t('job.no_address')
      ) : (
        <>
          <span class="block">{address}</span>
          <a
            class="map-link"
            href={mapAddress(address)}
            target="_blank"
            rel="noopener noreferrer"
            aria-label={`${t('job.map_of', { address })} (${t('job.new_tab')})`}
          >
            {t('job.map')}
            <Icon name="external" />
          </a>
        </>
      )}
    </>
  );
}
