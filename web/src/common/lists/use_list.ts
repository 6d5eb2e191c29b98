import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { usePlace } from '../history.ts';
import type { ChangeName } from '../live/change.ts';
import { useChanges } from '../live/use_changes.ts';
import { useWake } from '../wake.ts';
import { useShell } from '../state/shell.tsx';
import { shownAtFirst, startAsking, type Asking, type Part, type Shown } from './asking.ts';
import type { List } from './pages.ts';
import { recallList, rememberList } from './seen.ts';

// A list of the API on a page: its first answer, more of it, and what is true now when the reader comes back.

export type { Part } from './asking.ts';

export interface ListState<L extends List> extends Shown<L> {
  // Answers how many items came.
  readonly loadMore: () => Promise<number>;
  readonly reload: () => void;
}

// `ask` makes the request for one part; null: the question makes no sense, so that nothing is asked.
type Ask<L extends List> = ((part: Part, owner: string, signal: AbortSignal) => Promise<Outcome<L>>) | null;

const kStaleMilliseconds = 30_000;

const kNothing: readonly ChangeName[] = [];

// `shows` names what changes it: asked again then, and what is in view stays in view.
export function useList<L extends List>(listKey: string, ask: Ask<L>, shows = kNothing): ListState<L> {
  const shell = useShell();
  const latest = useRef(shell);
  latest.current = shell;
  // A list stands behind the sign-in.
  const owner = shell.owner ?? '';
  const key = `${owner} ${listKey}`;
  const arrival = usePlace().arrival;
  const begin = () => ({ key, ...shownAtFirst(arrival === 'back' ? recallList<L>(owner, listKey) : null) });
  const [state, setState] = useState<Shown<L> & { key: string }>(begin);
  const loadedAt = useRef(0);
  const asking = useRef<Asking | null>(null);
  const current = state.key === key ? state : shownAtFirst<L>(null);

  useEffect(() => {
    const first = begin();
    setState(first);
    if (ask === null) return undefined;
    const own = startAsking<L>({
      ask: (part, signal) => ask(part, owner, signal),
      known: first.loaded,
      show: (shown) => setState({ key, ...shown }),
      keep: (loaded) => {
        rememberList(owner, listKey, loaded);
        loadedAt.current = Date.now();
        latest.current.markLoaded();
      },
      miss: () => latest.current.markMissed(),
      handleFailure: (failure) => latest.current.handleFailure(failure),
    });
    asking.current = own;
    return () => {
      own.end();
      asking.current = null;
    };
  }, [key]);

  // Also for whoever has kept it from a list that was here before: it is the one that is shown now.
  const reload = () => asking.current?.refresh();
  useWake((wanted) => {
    if (wanted || Date.now() - loadedAt.current > kStaleMilliseconds || current.failure !== null) reload();
  });
  useChanges(shows, reload);
  return { ...current, loadMore: async () => asking.current?.loadMore() ?? 0, reload };
}
