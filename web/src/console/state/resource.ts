import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { useShell } from '../../common/state/shell.tsx';
import { useWake } from '../../common/wake.ts';

// One thing of the API on a page: what it is, why it could not be had, and how to ask again. The answer of a change takes its place.
export interface Resource<Value> {
  readonly value: Value | null;
  readonly failure: Failure | null;
  readonly reload: () => void;
  readonly put: (value: Value) => void;
}

const kStaleMilliseconds = 30_000;

// `key` says which thing it is: another key forgets what was loaded.
export function useResource<Value>(key: string, load: (signal: AbortSignal) => Promise<Outcome<Value>>): Resource<Value> {
  const { handleFailure, markLoaded, markMissed } = useShell();
  const [state, setState] = useState<{ key: string; value: Value | null; failure: Failure | null }>({ key, value: null, failure: null });
  const running = useRef<AbortController | null>(null);
  const loadedAt = useRef(0);
  const latest = useRef(load);
  latest.current = load;
  const current = state.key === key ? state : { key, value: null, failure: null };

  const put = useCallback(
    (value: Value) => {
      loadedAt.current = Date.now();
      markLoaded();
      setState({ key, value, failure: null });
    },
    [key, markLoaded],
  );
  const ask = async (known: Value | null) => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    const answer = await latest.current(abort.signal);
    if (abort.signal.aborted) return;
    if (answer.ok) put(answer.value);
    else if (handleFailure(answer.failure)) return;
    else if (known === null) setState({ key, value: null, failure: answer.failure });
    // A refresh that fails leaves what is shown; the banner dates it.
    else markMissed();
  };
  useEffect(() => {
    void ask(null);
    return () => running.current?.abort();
  }, [key]);
  useWake((wanted) => {
    if (wanted || Date.now() - loadedAt.current > kStaleMilliseconds || current.failure !== null) void ask(current.value);
  });
  const reload = () => {
    if (current.value === null) setState({ key, value: null, failure: null });
    void ask(current.value);
  };
  return { value: current.value, failure: current.failure, reload, put };
}
