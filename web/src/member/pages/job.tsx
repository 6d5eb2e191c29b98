import { call, type Job, type JobSummary } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { mapAddress } from '../../common/links.ts';
import { BackLink } from '../../common/parts/back_link.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { formatWhen } from '../../common/time/dates.ts';
import { useWords } from '../i18n/words.ts';
import { recallJob } from '../jobs/seen.ts';
import { shows } from '../jobs/use_jobs.ts';
import { OnTheWay } from '../position/on_the_way.tsx';
import { FieldList } from '../parts/job_fields.tsx';
import { Fact, Missing, Waiting } from '../parts/one.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { StatusBadge } from '../parts/status_badge.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { useApp, useSession } from '../state/application.tsx';
import { useOne, type One } from '../state/use_one.ts';
import { pageTitle } from './title.ts';

// What the list knew is shown at once, also without a connection; the fields follow when they are there.
export function JobPage({ id }: { id: string }) {
  const { t } = useWords();
  const membership = useSession().membership.id;
  const { answer, updated, reload } = useJob(id, membership);
  const known = answer?.ok === true ? answer.value : recallJob(membership, id);
  const failure = answer === null || answer.ok ? null : answer.failure;
  return (
    <article class="job">
      <BackLink path="/">{t('job.back')}</BackLink>
      {hasCode(failure, 'not_found') && <Missing title={t('job.not_found')} text={t('job.not_found_text')} path="/" back={t('action.to_jobs')} />}
      {!hasCode(failure, 'not_found') && known === null && <Waiting title={t('jobs.title')} failed={failure !== null} />}
      {!hasCode(failure, 'not_found') && known !== null && <JobSummaryOf job={known} updated={updated} />}
      {answer === null && <JobSkeleton />}
      {answer?.ok === true && answer.value.tracked && <OnTheWay key={id} id={id} membership={membership} />}
      {answer?.ok === true && <JobFields job={answer.value} />}
      {failure !== null && !hasCode(failure, 'not_found') && <FailurePanel failure={failure} retry={reload} />}
    </article>
  );
}

function useJob(id: string, membership: string): One<Job> {
  return useOne({
    key: `${membership} ${id}`,
    load: (signal) => call('get', '/jobs/{id}', { path: { id }, membership, signal }),
    shows,
    isMine: ({ name, jobId }) => name !== 'jobs' || jobId === null || jobId === id,
    changed: 'live.job',
  });
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
