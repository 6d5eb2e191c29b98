import type { ComponentChildren } from 'preact';
import { hasCode } from '../../common/api/failure.ts';
import { BackLink } from '../../common/parts/back_link.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { formatWish, wishInstants } from '../../common/wish.ts';
import { readRequest, whoAsked, type WorkRequest } from '../api/requests.ts';
import { useWords } from '../i18n/words.ts';
import { clientPath } from '../navigation.ts';
import { Address } from '../parts/address.tsx';
import { Page } from '../parts/page.tsx';
import { Answer } from '../requests/answer.tsx';
import { RequestStateWord } from '../requests/state.tsx';
import { useMay } from '../state/application.tsx';
import { useResource } from '../state/resource.ts';
import { useTimes } from '../state/times.ts';

// One request with all that was said, and the answer of the business.
export function RequestPage({ id }: { id: string }) {
  const { t } = useWords();
  const request = useResource(`request ${id}`, (signal) => readRequest(id, signal));
  const { value, failure } = request;
  const isGone = hasCode(failure, 'not_found');
  return (
    <>
      <BackLink path="/console/requests">{t('page.requests')}</BackLink>
      <Page title={value === null ? t('work_request.title') : t('work_request.heading', { number: value.number, subject: value.subject })} ready={value !== null || failure !== null}>
        {isGone && <StatePanel icon="requests" title={t('work_request.not_found')} text={t('work_request.not_found_text')} />}
        {failure !== null && !isGone && <FailurePanel failure={failure} retry={request.reload} />}
        {failure === null && value === null && <JobSkeleton />}
        {value !== null && (
          <>
            <About request={value} />
            <Answers request={value} onChanged={request.put} />
          </>
        )}
      </Page>
    </>
  );
}

function About({ request }: { request: WorkRequest }) {
  const translator = useWords();
  const { t } = translator;
  const times = useTimes();
  const { timeZone } = useShell();
  const { state, client, member, site, notes, reply, job, created_at: created, changed_at: changed } = request;
  const wish = formatWish(request, new Date(), timeZone, translator);
  const fact = (label: string, value: ComponentChildren) => (
    <div key={label} class="fact">
      <dt>{label}</dt>
      <dd class="plain-text">{value}</dd>
    </div>
  );
  return (
    <>
      <ZoneNote instants={[new Date(created), new Date(changed), ...wishInstants(request)]} />
      <dl class="facts">
        {fact(t('staff.state'), <RequestStateWord state={state} />)}
        {fact(
          t('member.client'),
          <a class="text-link" href={clientPath(client.id)}>
            {client.name}
          </a>,
        )}
        {fact(
          t('work_request.member'),
          <>
            {whoAsked(request)}
            {member.email !== null && member.email !== whoAsked(request) && (
              <span class="muted block">
                <Address text={member.email} />
              </span>
            )}
          </>,
        )}
        {fact(t('contacts.site'), site === null ? t('work_request.no_site') : site.name)}
        {fact(t('work_request.wish'), wish ?? t('work_request.no_wish'))}
        {fact(t('work_request.notes'), notes ?? t('job.missing'))}
        {fact(t('work_request.created'), times(created, ''))}
        {changed !== created && fact(t('work_request.changed'), times(changed, ''))}
        {reply !== null && fact(t('work_request.reply'), reply)}
        {job !== null && fact(t('work_request.job'), t('job.number', { number: job.number }))}
      </dl>
    </>
  );
}

function Answers({ request, onChanged }: { request: WorkRequest; onChanged: (request: WorkRequest) => void }) {
  const { t } = useWords();
  const may = useMay('manager');
  return (
    <section class="section" aria-labelledby="answer">
      <h2 id="answer">{t('work_request.answer')}</h2>
      {may ? <Answer request={request} onChanged={onChanged} /> : <p class="muted">{t('work_request.not_yours')}</p>}
    </section>
  );
}
