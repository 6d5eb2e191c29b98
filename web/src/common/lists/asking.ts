import type { Outcome } from '../api/client.ts';
import { hasCode, type Failure } from '../api/failure.ts';
import { appendPage, firstPage, markChanges, pageSize, refreshSize, type List, type Loaded } from './pages.ts';

// The questions about one list while it is shown, of which one at a time is under way: what is true now, or what comes next. Two answers
// that know nothing of each other would undo each other.

export interface Part {
  readonly limit: number;
  readonly cursor?: string;
}

export interface Shown<L extends List> {
  readonly loaded: Loaded<L> | null;
  readonly failure: Failure | null;
  readonly loadingMore: boolean;
  readonly moreFailure: Failure | null;
}

interface AskingOptions<L extends List> {
  readonly ask: (part: Part, signal: AbortSignal) => Promise<Outcome<L>>;
  // What is shown already.
  readonly known: Loaded<L> | null;
  readonly show: (shown: Shown<L>) => void;
  readonly keep: (loaded: Loaded<L>) => void;
  // A refresh that fails leaves what is shown; the banner dates it.
  readonly miss: () => void;
  readonly handleFailure: (failure: Failure) => boolean;
}

export interface Asking {
  // Asks again for as much as is shown.
  readonly refresh: () => void;
  // Answers how many items came.
  readonly loadMore: () => Promise<number>;
  // Nothing that comes later is of interest.
  readonly end: () => void;
}

export function shownAtFirst<L extends List>(loaded: Loaded<L> | null): Shown<L> {
  return { loaded, failure: null, loadingMore: false, moreFailure: null };
}

export function startAsking<L extends List>({ ask, known: first, show, keep, miss, handleFailure }: AskingOptions<L>): Asking {
  let shown = shownAtFirst(first);
  let refreshing: AbortController | null = null;
  let more: AbortController | null = null;
  let refreshIsDue = false;

  const change = (part: Partial<Shown<L>>) => {
    shown = { ...shown, ...part };
    show(shown);
  };
  const take = (loaded: Loaded<L>) => {
    keep(loaded);
    change({ loaded, failure: null });
  };
  const load = async () => {
    // The answer to an older question must not overtake the newer one.
    refreshing?.abort();
    const abort = new AbortController();
    refreshing = abort;
    refreshIsDue = false;
    if (shown.moreFailure !== null) change({ moreFailure: null });
    const known = shown.loaded;
    const answer = await askForAll(ask, known, abort.signal);
    if (abort.signal.aborted) return;
    refreshing = null;
    if (answer.ok) take(known === null ? answer.value : markChanges(known, answer.value));
    else if (handleFailure(answer.failure)) return;
    else if (known === null) change({ failure: answer.failure });
    else miss();
  };
  const refresh = () => {
    if (more === null) void load();
    else refreshIsDue = true;
  };
  const loadMore = async () => {
    const known = shown.loaded;
    if (known === null || known.nextCursor === null || more !== null) return 0;
    // The reader does not wait for a refresh: it is asked for again afterwards, with what comes now.
    if (refreshing !== null) {
      refreshing.abort();
      refreshing = null;
      refreshIsDue = true;
    }
    const abort = new AbortController();
    more = abort;
    change({ loadingMore: true, moreFailure: null });
    const answer = await ask({ limit: pageSize, cursor: known.nextCursor }, abort.signal);
    if (abort.signal.aborted) return 0;
    more = null;
    change({ loadingMore: false });
    if (answer.ok) take(appendPage(known, answer.value));
    const count = (shown.loaded?.items.length ?? 0) - known.items.length;
    // Where the cursor outlived the keys that signed it, the list starts again from the top.
    const failure = answer.ok || hasCode(answer.failure, 'invalid_cursor') ? null : answer.failure;
    if (failure !== null && handleFailure(failure)) return 0;
    if (refreshIsDue || (!answer.ok && failure === null)) void load();
    if (failure !== null) change({ moreFailure: failure });
    return count;
  };
  const end = () => {
    refreshing?.abort();
    more?.abort();
  };
  void load();
  return { refresh, loadMore, end };
}

// As many items as are in view, which can be more than one answer holds.
async function askForAll<L extends List>(ask: AskingOptions<L>['ask'], known: Loaded<L> | null, signal: AbortSignal): Promise<Outcome<Loaded<L>>> {
  const answer = await ask({ limit: known === null ? pageSize : refreshSize(known.items.length) }, signal);
  if (!answer.ok) return answer;
  let loaded = firstPage(answer.value);
  while (known !== null && loaded.nextCursor !== null && loaded.items.length < known.items.length) {
    const left = known.items.length - loaded.items.length;
    const more = await ask({ limit: refreshSize(left), cursor: loaded.nextCursor }, signal);
    if (!more.ok) return more;
    loaded = appendPage(loaded, more.value);
  }
  return { ok: true, value: loaded };
}
