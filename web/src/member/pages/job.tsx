import { useCallback, useEffect, useState } from 'preact/hooks';
import { call, type Job, type Outcome } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { mapAddress } from '../../common/links.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { foreignZoneName, formatWhen } from '../../common/time/dates.ts';
import { FieldList } from '../parts/job_fields.tsx';
import { JobSkeleton } from '../parts/skeletons.tsx';
import { FailurePanel } from '../parts/states.tsx';
import { StatusBadge } from '../parts/status_badge.tsx';
import { useApp, useSession } from '../state/application.tsx';
import { BackToJobs } from '../parts/back_to_jobs.tsx';
import { pageTitle } from './title.ts';

export function JobPage({ id }: { id: string }) {
  const { t } = useTranslator();
  const { portal } = useApp();
  const { answer, reload } = useJob(id);
  const missing = answer !== null && !answer.ok && hasCode(answer.failure, 'not_found');
  const job = answer?.ok === true ? answer.value : null;
  return (
    <article class="job">
      <BackToJobs />
      {job !== null && <JobContent job={job} />}
      {job === null && (
        <>
          <PageHeading
            title={pageTitle(t(missing ? 'job.not_found' : 'jobs.title'), portal.name)}
            ready={answer !== null}
            class={missing ? '' : 'visually-hidden'}
          >
            {t(missing ? 'job.not_found' : answer === null ? 'loading' : 'error.title')}
          </PageHeading>
          {answer === null && <JobSkeleton />}
          {missing && (
            <>
              <p>{t('job.not_found_text')}</p>
              <p>
                <a class="button" href="/">
                  {t('action.to_jobs')}
                </a>
              </p>
            </>
          )}
          {answer !== null && !answer.ok && !missing && <FailurePanel failure={answer.failure} retry={reload} />}
        </>
      )}
    </article>
  );
}

function useJob(id: string): { answer: Outcome<Job> | null; reload: () => void } {
  const { handleFailure, markLoaded } = useApp();
  const membership = useSession().membership.id;
  const [answer, setAnswer] = useState<Outcome<Job> | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    void call('get', '/jobs/{id}', { path: { id }, membership, signal: abort.signal }).then((result) => {
      if (abort.signal.aborted) return;
      if (result.ok) markLoaded();
      else if (handleFailure(result.failure)) return;
      // What is already shown stays when a refresh fails.
      setAnswer((shown) => (result.ok || shown?.ok !== true ? result : shown));
    });
    return () => abort.abort();
  }, [id, membership, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  useEffect(() => {
    window.addEventListener('online', reload);
    return () => window.removeEventListener('online', reload);
  }, [reload]);
  return { answer, reload };
}

function JobContent({ job }: { job: Job }) {
  const { t } = useTranslator();
  const { portal } = useApp();
  const number = t('job.number', { number: job.number });
  const details = job.fields.filter(({ group }) => group !== 'report');
  const report = job.fields.filter(({ group }) => group === 'report');
  return (
    <>
      <div class="job-head">
        <PageHeading title={pageTitle(`${job.template.name} ${number}`, portal.name)}>{job.template.name}</PageHeading>
        <StatusBadge status={job.status} />
      </div>
      <p class="muted">
        {number}
        {job.reference !== null && ` · ${t('job.reference', { reference: job.reference })}`}
      </p>
      <dl class="facts">
        <Fact label={t('job.when')}>
          <When job={job} />
        </Fact>
        <Fact label={t('job.where')}>
          <Where job={job} />
        </Fact>
        <Fact label={t('job.who')}>{job.assignee?.name ?? t('jobs.assignee_none')}</Fact>
      </dl>
      {details.length > 0 && <FieldList title={t('job.details')} fields={details} />}
      {report.length > 0 && <FieldList title={t('job.report')} fields={report} />}
    </>
  );
}

function Fact({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function When({ job }: { job: Job }) {
  const translator = useTranslator();
  const { time_zone: timeZone } = useApp().portal;
  if (job.scheduled_at === null) return <>{translator.t('jobs.no_date')}</>;
  const start = new Date(job.scheduled_at);
  const end = job.scheduled_until === null ? null : new Date(job.scheduled_until);
  const zone = foreignZoneName([start], timeZone, translator);
  return (
    <>
      <time dateTime={job.scheduled_at}>{formatWhen(start, end, new Date(), timeZone, translator)}</time>
      {zone !== null && <span class="muted block">{translator.t('day.zone', { zone })}</span>}
    </>
  );
}

function Where({ job }: { job: Job }) {
  const { t } = useTranslator();
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
