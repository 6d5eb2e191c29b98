import { useState } from 'preact/hooks';
import type { WorkRequest, WorkRequestSummary } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { jobPath } from '../../common/navigation.ts';
import { BackLink } from '../../common/parts/back_link.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { formatWish, wishInstants } from '../../common/wish.ts';
import { useRequestWords } from '../i18n/requests.ts';
import { CancelRequest } from '../parts/cancel_request.tsx';
import { Fact, Missing, Waiting } from '../parts/one.tsx';
import { RequestBadge } from '../parts/request_badge.tsx';
import { recallRequest, useRequest } from '../requests/use_requests.ts';
import { formatSent, isOpen } from '../requests/words.ts';
import { useApp, useSession } from '../state/application.tsx';
import type { One } from '../state/use_one.ts';
import { pageTitle } from './title.ts';

// What the list knew is shown at once, also without a connection; the answer and the notes follow when they are there.
export function RequestPage({ id }: { id: string }) {
  const { t } = useRequestWords();
  const membership = useSession().membership.id;
  const one = useRequest(id, membership);
  const { answer, updated, reload } = one;
  const known = answer?.ok === true ? answer.value : recallRequest(membership, id);
  const failure = answer === null || answer.ok ? null : answer.failure;
  const isMissing = hasCode(failure, 'not_found');
  return (
    <article class="job">
      <BackLink path="/requests">{t('requests.title')}</BackLink>
      {isMissing && <Missing title={t('request.not_found')} text={t('request.not_found_text')} path="/requests" back={t('requests.to_list')} />}
      {!isMissing && known === null && <Waiting title={t('requests.title')} failed={failure !== null} />}
      {!isMissing && known !== null && <Head request={known} updated={updated} />}
      {answer === null && <JobSkeleton />}
      {answer?.ok === true && <Whole request={answer.value} one={one} />}
      {failure !== null && !isMissing && <FailurePanel failure={failure} retry={reload} />}
    </article>
  );
}

function Head({ request, updated }: { request: WorkRequestSummary; updated: boolean }) {
  const translator = useRequestWords();
  const { t } = translator;
  const { name, time_zone: timeZone } = useApp().portal;
  const { subject, state } = request;
  const number = t('job.number', { number: String(request.number) });
  return (
    <>
      <div class="job-head">
        <PageHeading title={pageTitle(`${subject} ${number}`, name)}>{subject}</PageHeading>
        <RequestBadge state={state} />
      </div>
      <p class="muted">
        {`${number} · ${formatSent(request, new Date(), timeZone, translator)}`}
        {updated && <em class="updated"> · {t('jobs.updated')}</em>}
      </p>
    </>
  );
}

function Whole({ request, one }: { request: WorkRequest; one: One<WorkRequest> }) {
  const translator = useRequestWords();
  const { t } = translator;
  const { name: business, time_zone: timeZone } = useApp().portal;
  const { reply, job, site, notes } = request;
  const wish = formatWish(request, new Date(), timeZone, translator);
  const waits = reply === null && isOpen(request.state);
  return (
    <>
      <dl class="facts">
        {(reply !== null || waits) && (
          <Fact label={t('request.reply')}>{reply === null ? <span class="muted">{t('request.no_reply', { business })}</span> : <Text text={reply} />}</Fact>
        )}
        {job !== null && (
          <Fact label={t('request.job')}>
            <a class="text-link" href={jobPath(job.id)}>
              {t('job.number', { number: job.number })}
            </a>
          </Fact>
        )}
        {wish !== null && (
          <Fact label={t('request.wished')}>
            {wish}
            <ZoneNote instants={wishInstants(request)} />
            {isOpen(request.state) && request.state !== 'scheduled' && <span class="muted block">{t('request.is_wish', { business })}</span>}
          </Fact>
        )}
        {site !== null && <Fact label={t('jobs.site')}>{site.name}</Fact>}
        {notes !== null && (
          <Fact label={t('request.notes')}>
            <Text text={notes} />
          </Fact>
        )}
      </dl>
      <Cancel request={request} one={one} />
    </>
  );
}

// As it was written, in whatever direction.
function Text({ text }: { text: string }) {
  return (
    <span class="plain-text" dir="auto">
      {text}
    </span>
  );
}

function Cancel({ request, one }: { request: WorkRequest; one: One<WorkRequest> }) {
  const { t } = useRequestWords();
  const [asks, setAsks] = useState(false);
  const { is_own: isOwn, state } = request;
  return (
    <>
      {isOwn && (state === 'submitted' || state === 'acknowledged') && (
        <div class="actions">
          <button type="button" class="button" onClick={() => setAsks(true)}>
            {t('request.cancel')}
          </button>
        </div>
      )}
      {/* What changes meanwhile does not take the question away from under the finger. */}
      {asks && <CancelRequest request={request} onCancelled={one.take} onLate={one.reload} onClose={() => setAsks(false)} />}
    </>
  );
}
