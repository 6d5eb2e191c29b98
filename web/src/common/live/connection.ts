import { waitAfter } from './backoff.ts';
import { EventParser } from './event_parser.ts';
import { readChange, type Change } from './change.ts';

// One event stream, opened again whenever it ends. It is read with fetch(): EventSource gives up after a 503, tells no status, and cannot
// name the membership.

interface Connection {
  readonly membership: string;
  readonly onChange: (change: Change) => void;
  readonly signal: AbortSignal;
}

// Two of the server's heartbeats, and some.
const kSilentMilliseconds = 50_000;
// A stream that ends sooner was no success.
const kShortMilliseconds = 5000;
// An outage that lasts longer is looked at by asking for what is shown: then the page knows whether it is old.
const kNoticedMilliseconds = 4000;

const kResync: Change = { name: 'resync', jobId: null };

// Until the signal is aborted, or the server says that there is nothing to follow.
export async function keepConnected(connection: Connection): Promise<void> {
  const { signal, onChange } = connection;
  let failures = 0;
  let lostAt: number | null = null;
  let asked = false;
  while (!signal.aborted) {
    const startedAt = Date.now();
    const end = await follow(connection, () => {
      lostAt = null;
      asked = false;
    });
    if (signal.aborted || end.kind === 'refused') return;
    failures = end.kind === 'closed' && Date.now() - startedAt > kShortMilliseconds ? 0 : failures + 1;
    lostAt ??= Date.now();
    const wait = waitAfter(failures, end.kind === 'failed' ? end.retryAfterSeconds : null);
    if (!asked && Date.now() + wait - lostAt > kNoticedMilliseconds) {
      asked = true;
      onChange(kResync);
    }
    await pause(wait, signal);
  }
}

type End =
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly retryAfterSeconds: number | null }
  // The session is over, or acts for another client: whoever shows it asks who is signed in.
  | { readonly kind: 'refused' };

async function follow({ membership, onChange, signal }: Connection, onOpen: () => void): Promise<End> {
  const abort = new AbortController();
  const cancel = () => abort.abort();
  signal.addEventListener('abort', cancel);
  // A network that went away tells nobody.
  window.addEventListener('offline', cancel);
  let silence = setTimeout(cancel, kSilentMilliseconds);
  try {
    const response = await fetch('/api/v1/stream', {
      headers: { Accept: 'text/event-stream', 'Portal-Membership': membership },
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: abort.signal,
    });
    if (response.status === 401 || response.status === 409) {
      onChange({ name: 'ended', jobId: null });
      return { kind: 'refused' };
    }
    const type = response.headers.get('Content-Type') ?? '';
    if (!response.ok || response.body === null || !type.startsWith('text/event-stream')) {
      cancel();
      const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
      return { kind: 'failed', retryAfterSeconds: seconds > 0 ? seconds : null };
    }
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    let isOpen = false;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: 'closed' };
      clearTimeout(silence);
      silence = setTimeout(cancel, kSilentMilliseconds);
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (!isOpen) onOpen();
        isOpen = true;
        const change = readChange(event.name, event.data);
        if (change !== null) onChange(change);
        if (change?.name === 'ended') return { kind: 'refused' };
      }
    }
  } catch {
    return { kind: 'failed', retryAfterSeconds: null };
  } finally {
    clearTimeout(silence);
    cancel();
    signal.removeEventListener('abort', cancel);
    window.removeEventListener('offline', cancel);
  }
}

// Over early when there is a network again; without one there is nothing to try.
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      if (navigator.onLine) done();
    }, milliseconds);
    const online = () => {
      clearTimeout(timer);
      setTimeout(done, Math.random() * 1000);
    };
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      window.removeEventListener('online', online);
      resolve();
    }
    if (signal.aborted) {
      done();
      return;
    }
    signal.addEventListener('abort', done);
    window.addEventListener('online', online);
  });
}
