import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { hasCode, type Failure } from '../api/failure.ts';
import { usePlace } from '../history.ts';
import type { ChangeName } from '../live/change.ts';
import { useChanges } from '../live/use_changes.ts';
import { useWake } from '../wake.ts';
import { useShell } from '../state/shell.tsx';
import { appendPage, firstPage, markChanges, pageSize, refreshSize, type List, type Loaded } from './pages.ts';
import { recallList, rememberList } from './seen.ts';

// A list of the API on a page: its first answer, more of it, and what is true now when the reader comes back.

export interface ListState<L extends List> {
  readonly loaded: Loaded<L> | null;
  readonly failure: Failure | null;
  readonly loadingMore: boolean;
  readonly moreFailure: Failure | null;
  // Answers how many items came.
  readonly loadMore: () => Promise<number>;
  readonly reload: () => void;
}

export interface Part {
  readonly limit: number;
  readonly cursor?: string;
}

// `ask` makes the request for one part; null: the question makes no sense, so that nothing is asked.
type Ask<L extends List> = ((part: Part, owner: string, signal?: AbortSignal) => Promise<Outcome<L>>) | null;

const kStaleMilliseconds = 30_000;

const kNothing: readonly ChangeName[] = [];

// `shows` names what changes it: asked again then, and what is in view stays in view.
export function useList<L extends List>(listKey: string, ask: Ask<L>, shows = kNothing): ListState<L> {
  const shell = useShell();
  const { handleFailure, markLoaded, markMissed } = shell;
  // A list stands behind the sign-in.
  const owner = shell.owner ?? '';
  const key = `${owner} ${listKey}`;
  const arrival = usePlace().arrival;
  const [state, setState] = useState<{ key: string; loaded: Loaded<L> | null; failure: Failure | null }>(() => ({
    key,
    loaded: arrival === 'back' ? recallList<L>(owner, listKey) : null,
    failure: null,
  }));
  const [loadingMore, setLoadingMore] = useState(false);
  const [moreFailure, setMoreFailure] = useState<Failure | null>(null);
  const loadedAt = useRef(0);
  const running = useRef<AbortController | null>(null);
  const current = state.key === key ? state : { key, loaded: null, failure: null };

  const keep = useCallback(
    (loaded: Loaded<L>) => {
      rememberList(owner, listKey, loaded);
      loadedAt.current = Date.now();
      markLoaded();
      setState({ key, loaded, failure: null });
    },
    [key, markLoaded],
  );

  const load = useCallback(
    async (known: Loaded<L> | null) => {
      // The answer to an older question must not overtake the newer one.
      running.current?.abort();
      if (ask === null) return;
      const abort = new AbortController();
      running.current = abort;
      setMoreFailure(null);
      const answer = await askForAll(ask, known, owner, abort.signal);
      if (abort.signal.aborted) return;
      if (answer.ok) {
        keep(known === null ? answer.value : markChanges(known, answer.value));
      } else if (handleFailure(answer.failure)) {
        return;
      } else if (known === null) {
        setState({ key, loaded: null, failure: answer.failure });
      } else {
        // A refresh that fails leaves what is shown; the banner dates it.
        markMissed();
      }
    },
    [key, keep, handleFailure],
  );

  useEffect(() => {
    const known = arrival === 'back' ? recallList<L>(owner, listKey) : null;
    setState({ key, loaded: known, failure: null });
    void load(known);
    return () => running.current?.abort();
  }, [key]);

  useWake((wanted) => {
    if (wanted || Date.now() - loadedAt.current > kStaleMilliseconds || current.failure !== null) void load(current.loaded);
  });

  useChanges(shows, () => void load(current.loaded));

  const loadMore = async () => {
    const known = current.loaded;
    if (ask === null || known === null || known.nextCursor === null || loadingMore) return 0;
    setLoadingMore(true);
    setMoreFailure(null);
    const answer = await ask({ limit: pageSize, cursor: known.nextCursor }, owner);
    setLoadingMore(false);
    if (answer.ok) {
      const joined = appendPage(known, answer.value);
      keep(joined);
      return joined.items.length - known.items.length;
    }
    if (hasCode(answer.failure, 'invalid_cursor')) {
      // The cursor outlived the keys that signed it: start again from the top.
      void load(known);
    } else if (!handleFailure(answer.failure)) {
      setMoreFailure(answer.failure);
    }
    return 0;
  };
  return { ...current, loadingMore, moreFailure, loadMore, reload: () => void load(null) };
}

// As many items as are in view, which can be more than one answer holds.
async function askForAll<L extends List>(
  ask: NonNullable<Ask<L>>,
  known: Loaded<L> | null,
  owner: string,
  signal: AbortSignal,
): Promise<Outcome<Loaded<L>>> {
  const answer = await ask({ limit: known === null ? pageSize : refreshSize(known.items.length) }, owner, signal);
  if (!answer.ok) return answer;
  let loaded = firstPage(answer.value);
  while (known !== null && loaded.nextCursor !== null && loaded.items.length < known.items.length) {
    const left = known.items.length - loaded.items.length;
    const more = await ask({ limit: refreshSize(left), cursor: loaded.nextCursor }, owner, signal);
    if (!more.ok) return more;
    loaded = appendPage(loaded, more.value);
  }
  return { ok: true, value: loaded };
}
