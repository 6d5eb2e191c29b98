import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Field, JobState } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { formatNumber } from '../../common/formats.ts';
import { fieldLabel, fieldText } from '../../common/job_fields.ts';
import { formatMoney } from '../../common/numbers.ts';
import { useShell } from '../../common/state/shell.tsx';
import { dayOf, formatWhen } from '../../common/time/dates.ts';
import { formatWish } from '../../common/wish.ts';
import type { Member } from '../api/members.ts';
import {
  documentAddress,
  invoiceAddress,
  jobFileAddress,
  quoteAddress,
  viewDocuments,
  viewInvoices,
  viewJob,
  viewJobs,
  viewPosition,
  viewQuote,
  viewQuotes,
  viewRequest,
  viewRequests,
  type View,
} from '../api/view.ts';
import { useWords } from '../i18n/words.ts';
import { Decisions } from '../quotes/decisions.tsx';
import { formatLast } from '../quotes/words.ts';
import { useResource } from '../state/resource.ts';
import { useTimes } from '../state/times.ts';

type Kind = 'job' | 'request' | 'quote';

const kStates: readonly JobState[] = ['planned', 'active', 'finished', 'cancelled'];

// The member's portal, without a way to change anything.
export function Seen({ member, view, onClose }: { member: Member; view: View; onClose: () => void }) {
  const { t } = useWords();
  const times = useTimes();
  const [state, setState] = useState<JobState>('planned');
  const [opened, setOpened] = useState<{ readonly kind: Kind; readonly id: string } | null>(null);
  // Who opens one and comes back goes on where they were: the lists stay as they are.
  const opener = useRef<HTMLElement | null>(null);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => (opened === null ? opener : back).current?.focus(), [opened]);
  const open = (kind: Kind) => (id: string, button: HTMLElement) => {
    opener.current = button;
    setOpened({ kind, id });
  };
  return (
    <>
      <p class="muted">{t('view.until', { client: view.client.name, time: times(view.expires_at, '') })}</p>
      <div hidden={opened !== null}>
        <Choice
          id="view-state"
          label={t('jobs.title')}
          value={state}
          options={kStates.map((value) => ({ value, text: t(`jobs.state.${value}`) }))}
          onChange={(value) => setState(value as JobState)}
        />
        <Jobs key={state} id={member.id} state={state} onOpen={open('job')} />
        <h3>{t('documents.title')}</h3>
        <Documents id={member.id} />
        <h3>{t('page.requests')}</h3>
        <Requests id={member.id} onOpen={open('request')} />
        <h3>{t('page.quotes')}</h3>
        <Quotes id={member.id} onOpen={open('quote')} />
        <h3>{t('page.invoices')}</h3>
        <Invoices id={member.id} />
      </div>
      {opened !== null && (
        <>
          <button ref={back} type="button" class="button" onClick={() => setOpened(null)}>
            {t('view.back')}
          </button>
          {opened.kind === 'job' && <OneJob id={member.id} job={opened.id} />}
          {opened.kind === 'request' && <OneRequest id={member.id} request={opened.id} />}
          {opened.kind === 'quote' && <OneQuote id={member.id} quote={opened.id} />}
        </>
      )}
      <div class="actions">
        <button type="button" class="button" onClick={onClose}>
          {t('action.close')}
        </button>
      </div>
    </>
  );
}

// Not to be allowed to see something is what staff came to find out.
function Missed({ failure, retry }: { failure: Failure; retry: () => void }) {
  const { t } = useWords();
  if (hasCode(failure, 'permission_required')) return <p>{t('view.not_allowed')}</p>;
  return <FailurePanel failure={failure} retry={retry} />;
}

function Jobs({ id, state, onOpen }: { id: string; state: JobState; onOpen: (job: string, button: HTMLElement) => void }) {
  const { t } = useWords();
  const times = useTimes();
  const jobs = useResource(`view_jobs ${state} ${id}`, (signal) => viewJobs(id, state, signal));
  if (jobs.failure !== null) return <Missed failure={jobs.failure} retry={jobs.reload} />;
  if (jobs.value === null) return <RowsSkeleton />;
  const { items, next_cursor: next } = jobs.value;
  return (
    <>
      <p class="muted" role="status">
        {t(next === null ? 'jobs.found' : 'jobs.shown', { count: items.length })}
      </p>
      {items.length > 0 && (
        <ul class="rows">
          {items.map((job) => (
            <li key={job.id}>
              <button type="button" class="picker-item" onClick={(event) => onOpen(job.id, event.currentTarget)}>
                <strong>
                  {job.template.name} {t('job.number', { number: job.number })}
                </strong>
                <span class="muted block">
                  {[t(`status.${job.status}`), times(job.scheduled_at, t('jobs.no_date')), job.address, job.assignee?.name].filter(Boolean).join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function OneJob({ id, job }: { id: string; job: string }) {
  const translator = useWords();
  const { t } = translator;
  const { timeZone } = useShell();
  const found = useResource(`view_job ${job} ${id}`, (signal) => viewJob(id, job, signal));
  if (found.failure !== null) return <Missed failure={found.failure} retry={found.reload} />;
  if (found.value === null) return <RowsSkeleton />;
  const { template, number, status, scheduled_at: at, scheduled_until: until, address, site, assignee, assignment, tracked, fields } = found.value;
  const end = until === null ? null : new Date(until);
  // As on the member's page: the business may show no names.
  const who = assignee?.name ?? (assignment === 'unassigned' ? t('jobs.assignee_none') : null);
  const valueOf = (field: Field) => {
    switch (field.type) {
      case 'link':
        return field.value?.url ?? t('job.missing');
      case 'photo':
      case 'file':
      case 'signature':
        if (field.value.length === 0) return t('job.no_files');
        return <Files files={field.value.map((file) => ({ ...file, address: jobFileAddress(id, job, file.id) }))} />;
      default:
        return fieldText(field, timeZone, translator);
    }
  };
  return (
    <>
      <h3>
        {template.name} {t('job.number', { number })}: {t(`status.${status}`)}
      </h3>
      {tracked && <Position id={id} job={job} />}
      <dl class="facts">
        {fact(t('job.when'), at === null ? t('jobs.no_date') : formatWhen(new Date(at), end, new Date(), timeZone, translator))}
        {fact(t('job.where'), [site?.name, address].filter(Boolean).join('\n') || t('job.no_address'))}
        {who !== null && fact(t('job.who'), who)}
        {fields.map((field) => fact(fieldLabel(field, translator), valueOf(field)))}
      </dl>
    </>
  );
}

// How far off the member is told that somebody is; the sketch says nothing more.
function Position({ id, job }: { id: string; job: string }) {
  const { t, locale } = useWords();
  const times = useTimes();
  const found = useResource(`view_position ${job} ${id}`, (signal) => viewPosition(id, job, signal));
  if (found.failure !== null) return <Missed failure={found.failure} retry={found.reload} />;
  if (found.value === null) return <RowsSkeleton />;
  const { position, distance_metres: metres } = found.value;
  if (position === null) return <p>{t('view.position_unknown')}</p>;
  const time = times(position.recorded_at, '');
  return (
    <p>
      {metres === null
        ? t('view.position_seen', { time })
        : t('view.position', { distance: formatNumber(Math.round(metres / 100) / 10, locale), time })}
    </p>
  );
}

function fact(label: string, value: string | VNode) {
  return (
    <div key={label} class="fact">
      <dt>{label}</dt>
      <dd class="plain-text">{value}</dd>
    </div>
  );
}

function Requests({ id, onOpen }: { id: string; onOpen: (request: string, button: HTMLElement) => void }) {
  const { t } = useWords();
  const times = useTimes();
  const requests = useResource(`view_requests ${id}`, (signal) => viewRequests(id, signal));
  if (requests.failure !== null) return <Missed failure={requests.failure} retry={requests.reload} />;
  if (requests.value === null) return <RowsSkeleton />;
  const { items, next_cursor: next } = requests.value;
  return (
    <>
      <p class="muted">{t(next === null ? 'work_requests.found' : 'work_requests.shown', { count: items.length })}</p>
      {items.length > 0 && (
        <ul class="rows">
          {items.map(({ id: request, number, subject, state, created_at: at }) => (
            <li key={request}>
              <button type="button" class="picker-item" onClick={(event) => onOpen(request, event.currentTarget)}>
                <strong>{t('work_request.heading', { number, subject })}</strong>
                <span class="muted block">{[t(`work_request.state.${state}`), times(at, '')].join(' · ')}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function OneRequest({ id, request }: { id: string; request: string }) {
  const translator = useWords();
  const { t } = translator;
  const times = useTimes();
  const { timeZone } = useShell();
  const found = useResource(`view_request ${request} ${id}`, (signal) => viewRequest(id, request, signal));
  if (found.failure !== null) return <Missed failure={found.failure} retry={found.reload} />;
  if (found.value === null) return <RowsSkeleton />;
  const { number, subject, state, site, notes, reply, job, created_by: author, created_at: at } = found.value;
  const wish = formatWish(found.value, new Date(), timeZone, translator);
  return (
    <>
      <h3>
        {t('work_request.heading', { number, subject })}: {t(`work_request.state.${state}`)}
      </h3>
      <dl class="facts">
        {author.name !== null && fact(t('work_request.member'), author.name)}
        {site !== null && fact(t('contacts.site'), site.name)}
        {wish !== null && fact(t('work_request.wish'), wish)}
        {notes !== null && fact(t('work_request.notes'), notes)}
        {fact(t('work_request.created'), times(at, ''))}
        {reply !== null && fact(t('work_request.reply'), reply)}
        {job !== null && fact(t('work_request.job'), t('job.number', { number: job.number }))}
      </dl>
    </>
  );
}

function Quotes({ id, onOpen }: { id: string; onOpen: (quote: string, button: HTMLElement) => void }) {
  const { t, locale } = useWords();
  const quotes = useResource(`view_quotes ${id}`, (signal) => viewQuotes(id, signal));
  if (quotes.failure !== null) return <Missed failure={quotes.failure} retry={quotes.reload} />;
  if (quotes.value === null) return <RowsSkeleton />;
  const { items, next_cursor: next } = quotes.value;
  return (
    <>
      <p class="muted">{t(next === null ? 'offered.found' : 'offered.more_found', { count: items.length })}</p>
      {items.length > 0 && (
        <ul class="rows">
          {items.map(({ id: quote, number, title, state, total }) => (
            <li key={quote}>
              <button type="button" class="picker-item" onClick={(event) => onOpen(quote, event.currentTarget)}>
                <strong>{[number, title].filter(Boolean).join(' ')}</strong>
                <span class="muted block">{[t(`offered.state.${state}`), formatMoney(total, locale)].join(' · ')}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

// To be read: nothing is decided for somebody who is only looked after.
function OneQuote({ id, quote }: { id: string; quote: string }) {
  const translator = useWords();
  const { t, locale } = translator;
  const { timeZone } = useShell();
  const found = useResource(`view_quote ${quote} ${id}`, (signal) => viewQuote(id, quote, signal));
  if (found.failure !== null) return <Missed failure={found.failure} retry={found.reload} />;
  if (found.value === null) return <RowsSkeleton />;
  const { number, title, state, total, description, job, file, decisions, revision } = found.value;
  const last = formatLast(found.value, dayOf(new Date(), timeZone), translator);
  return (
    <>
      <h3>
        {[number, title].filter(Boolean).join(' ')}: {t(`offered.state.${state}`)}
      </h3>
      <dl class="facts">
        {fact(t('billed.amount'), formatMoney(total, locale))}
        {last !== null && fact(t('offered.valid'), last)}
        {job !== null && fact(t('work_request.job'), t('job.number', { number: job.number }))}
        {file !== null && fact(t('offered.part.file'), <Files files={[{ id: quote, name: file.name, address: quoteAddress(id, quote) }]} />)}
        {description !== null && fact(t('offered.part.description'), description)}
      </dl>
      {decisions.length > 0 && <Decisions decisions={decisions} revision={revision} />}
    </>
  );
}

interface SeenFile {
  readonly id: string;
  readonly name: string;
  // Null: there is no file yet.
  readonly address: string | null;
  // What else is said of it.
  readonly text?: string;
}

// Each opens in a tab of its own, so that the view stays.
function Files({ files }: { files: readonly SeenFile[] }) {
  const { t } = useWords();
  return (
    <ul class="plain-list">
      {files.map(({ id, name, address, text }) => (
        <li key={id}>
          {address === null ? (
            name
          ) : (
            <a class="text-link" href={address} target="_blank" rel="noopener noreferrer" aria-label={t('view.open', { name })}>
              {name}
            </a>
          )}
          {text !== undefined && <span class="muted block">{text}</span>}
        </li>
      ))}
    </ul>
  );
}

function Documents({ id }: { id: string }) {
  const { t } = useWords();
  const documents = useResource(`view_documents ${id}`, (signal) => viewDocuments(id, signal));
  if (documents.failure !== null) return <Missed failure={documents.failure} retry={documents.reload} />;
  if (documents.value === null) return <RowsSkeleton />;
  const { items, next_cursor: next } = documents.value;
  return (
    <>
      <p class="muted">{t(next === null ? 'documents.found' : 'documents.shown', { count: items.length })}</p>
      <Files files={items.map(({ id: document, name }) => ({ id: document, name, address: documentAddress(id, document) }))} />
    </>
  );
}

function Invoices({ id }: { id: string }) {
  const { t, locale } = useWords();
  const invoices = useResource(`view_invoices ${id}`, (signal) => viewInvoices(id, signal));
  if (invoices.failure !== null) return <Missed failure={invoices.failure} retry={invoices.reload} />;
  if (invoices.value === null) return <RowsSkeleton />;
  const { items, next_cursor: next } = invoices.value;
  return (
    <>
      <p class="muted">{t(next === null ? 'invoices.found' : 'invoices.shown', { count: items.length })}</p>
      <Files
        files={items.map(({ id: invoice, number, title, state, total, file }) => ({
          id: invoice,
          name: number,
          address: file === null ? null : invoiceAddress(id, invoice),
          text: [t(`invoice.state.${state}`), formatMoney(total, locale), title].filter((part) => part !== null).join(' · '),
        }))}
      />
    </>
  );
}
