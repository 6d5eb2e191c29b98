import type { components, paths } from './generated/schema.d.ts';
import { hasCode, isUncertain, problemOf, type Failure } from './failure.ts';
import { forgetKey, keyFor } from './idempotency.ts';
import { recallAnswer, rememberAnswer } from './answers.ts';

export type Portal = components['schemas']['Portal'];
export type Session = components['schemas']['Session'];
export type OwnSession = components['schemas']['OwnSession'];
export type SessionList = components['schemas']['SessionList'];
export type Invitation = components['schemas']['Invitation'];
export type Site = components['schemas']['Site'];
export type JobSummary = components['schemas']['JobSummary'];
export type JobList = components['schemas']['JobList'];
export type Job = components['schemas']['Job'];
export type JobPosition = components['schemas']['JobPosition'];
export type Place = components['schemas']['Place'];
export type JobState = components['schemas']['JobState'];
export type JobStatus = components['schemas']['JobStatus'];
export type Field = components['schemas']['Field'];
export type Document = components['schemas']['Document'];
export type DocumentList = components['schemas']['DocumentList'];
export type WorkRequestSummary = components['schemas']['WorkRequestSummary'];
export type WorkRequestList = components['schemas']['WorkRequestList'];
export type WorkRequest = components['schemas']['WorkRequest'];
export type NewWorkRequest = components['schemas']['NewWorkRequest'];
export type Invoice = components['schemas']['Invoice'];
export type InvoiceList = components['schemas']['InvoiceList'];
export type Notification = components['schemas']['Notification'];
export type MyNotifications = components['schemas']['MyNotifications'];
export type QuoteSummary = components['schemas']['QuoteSummary'];
export type QuoteList = components['schemas']['QuoteList'];
export type Quote = components['schemas']['Quote'];
export type QuoteDecision = components['schemas']['QuoteDecision'];
export type NewQuoteDecision = components['schemas']['NewQuoteDecision'];
export type StoredFile = components['schemas']['File'];

export type Outcome<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: Failure };

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';
// The contract says of every path which methods it has; of the others it says "never".
type PathWith<V extends Verb> = { [P in keyof paths]: paths[P][V] extends { responses: unknown } ? P : never }[keyof paths];

type AnswerOf<Operation> = Operation extends { responses: { 200: { content: { 'application/json': infer Body } } } }
  ? Body
  : Operation extends { responses: { 201: { content: { 'application/json': infer Body } } } }
    ? Body
    : undefined;
type BodyOf<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Body } } }
  ? { readonly body: Body }
  : { readonly body?: never };
type QueryOf<Operation> = Operation extends { parameters: { query?: infer Query } }
  ? { readonly query?: Readonly<NonNullable<Query>> }
  : { readonly query?: never };
type PathParametersOf<Operation> = Operation extends { parameters: { path: infer Parameters } }
  ? { readonly path: Parameters }
  : { readonly path?: never };

// Operation by operation: without "extends unknown" the compiler would cross the bodies of all operations with the queries of all.
type Options<Operation> = Operation extends unknown
  ? BodyOf<Operation> &
      QueryOf<Operation> &
      PathParametersOf<Operation> & {
        // The membership that the page shows: the server refuses to answer for another one.
        readonly membership?: string;
        readonly signal?: AbortSignal;
        // Creates or sends something: repeated after a lost answer, it is done once all the same.
        readonly once?: boolean;
      }
  : never;

const kBasePath = '/api/v1';
const kTimeoutMilliseconds = 15_000;

export function call<V extends Verb, P extends PathWith<V>>(
  verb: V,
  path: P,
  options: Options<paths[P][V]>,
): Promise<Outcome<AnswerOf<paths[P][V]>>> {
  return send(verb, path, options as LooseOptions);
}

interface LooseOptions {
  readonly body?: unknown;
  readonly query?: Record<string, unknown>;
  readonly path?: Record<string, string>;
  readonly membership?: string;
  readonly signal?: AbortSignal;
  readonly once?: boolean;
}

// Long enough for another tab to get its answer.
const kNewTokenMilliseconds = 500;

// A switch of clients or a new password in another tab ends the token that a question of this one has left with, before the browser has the
// new one. Whoever was signed in asks once more: nothing was done yet, and the second answer is true.
export async function send<Value>(verb: Verb, path: string, options: LooseOptions): Promise<Outcome<Value>> {
  const outcome = await sendOnce<Value>(verb, path, options);
  if (outcome.ok || options.membership === undefined || !hasCode(outcome.failure, 'not_signed_in')) return outcome;
  await new Promise((over) => setTimeout(over, kNewTokenMilliseconds));
  return sendOnce(verb, path, options);
}

async function sendOnce<Value>(verb: Verb, path: string, options: LooseOptions): Promise<Outcome<Value>> {
  const { body, query, path: parameters, membership, signal, once = false } = options;
  const address = kBasePath + fillPath(path, parameters) + formatQuery(query);
  // The server takes a change by POST only as JSON, so one that says nothing says it in JSON.
  const said = body === undefined && verb === 'post' ? {} : body;
  const text = said === undefined ? null : JSON.stringify(said);
  const headers = new Headers({ Accept: 'application/json' });
  if (said !== undefined) headers.set('Content-Type', 'application/json');
  if (membership !== undefined) headers.set('Portal-Membership', membership);
  // Of another client the same words are another request.
  const onceFor = `${membership ?? ''} ${address}`;
  if (once) headers.set('Idempotency-Key', keyFor(onceFor, text));
  const known = verb === 'get' ? recallAnswer(address, membership) : null;
  if (known !== null) headers.set('If-None-Match', known.tag);

  // AbortSignal.any is younger than the browsers that the pages are for.
  const abort = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort.abort();
  }, kTimeoutMilliseconds);
  const cancel = () => abort.abort();
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted === true) cancel();
  try {
    const response = await fetch(address, {
      method: verb.toUpperCase(),
      headers,
      body: text,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: abort.signal,
    });
    // The same as before: also the same object, so that nothing is drawn again.
    if (known !== null && response.status === 304) return { ok: true, value: known.value as Value };
    const answer = await readJson(response);
    if (verb === 'get' && response.ok) rememberAnswer(address, membership, response.headers.get('ETag'), answer);
    const failure = response.ok ? null : problemOf(response.status, answer, response.headers.get('Retry-After'));
    if (once && (failure === null || !isUncertain(failure))) forgetKey(onceFor, text);
    return failure === null ? { ok: true, value: answer as Value } : { ok: false, failure };
  } catch {
    return { ok: false, failure: { kind: failureKind(timedOut, signal?.aborted === true) } };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function failureKind(timedOut: boolean, cancelled: boolean): 'timeout' | 'cancelled' | 'offline' | 'network' {
  if (timedOut) return 'timeout';
  if (cancelled) return 'cancelled';
  return navigator.onLine ? 'network' : 'offline';
}

// An answer of 204 has no body, and one of nginx itself is no JSON.
async function readJson(response: Response): Promise<unknown> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!/^application\/(problem\+)?json\b/.test(type)) return undefined;
  return response.json();
}

function fillPath(path: string, parameters: Record<string, string> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
}

function formatQuery(query: Record<string, unknown> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
