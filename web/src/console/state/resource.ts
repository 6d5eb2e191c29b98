import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { useShell } from '../../common/state/shell.tsx';
import { useWake } from '../../common/wake.ts';

// One thing of the API on a page: what it is, why it could not be had, and how to ask again. The answer of a change takes its place.
export interface Resource<Value extends object> {
  readonly value: Value | null;
  readonly failure: Failure | null;
  readonly reload: () => void;
  // The function is given what is shown by then.
  readonly put: (value: Value | ((now: Value) => Value)) => void;
}

const kStaleMilliseconds = 30_000;

// `key` says which thing it is: another key forgets what was loaded.
export function useResource<Value extends object>(key: string, load: (signal: AbortSignal) => Promise<Outcome<Value>>): Resource<Value> {
  const { handleFailure, markLoaded, markMissed } = useShell();
  const [state, setState] = useState<{ key: string; value: Value | null; failure: Failure | null }>({ key, value: null, failure: null });
  const running = useRef<AbortController | null>(null);
  const loadedAt = useRef(0);
  // Whoever keeps a function from when something else was shown changes nothing of what is shown now.
  const shownKey = useRef(key);
  shownKey.current = key;
  const latest = useRef(load);
  latest.current = load;
  const current = state.key === key ? state : { key, value: null, failure: null };

  const markTrue = () => {
    loadedAt.current = Date.now();
    markLoaded();
  };
  const ask = async (known: Value | null) => {
    if (shownKey.current !== key) return;
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    const answer = await latest.current(abort.signal);
    if (abort.signal.aborted) return;
    running.current = null;
    if (answer.ok) {
      markTrue();
      setState({ key, value: answer.value, failure: null });
    } else if (handleFailure(answer.failure)) {
      return;
    } else if (known === null) {
      setState({ key, value: null, failure: answer.failure });
    } else {
      // A refresh that fails leaves what is shown; the banner dates it.
      markMissed();
    }
  };
  useEffect(() => {
    void ask(null);
    return () => {
      running.current?.abort();
      running.current = null;
    };
  }, [key]);
  useWake((wanted) => {
    if (wanted || Date.now() - loadedAt.current > kStaleMilliseconds || current.failure !== null) void ask(current.value);
  });
  const put = (next: Value | ((now: Value) => Value)) => {
    if (shownKey.current !== key) return;
    // What is being asked may be answered with what was before the change.
    if (running.current !== null) void ask(current.value);
    markTrue();
    setState((now) => {
      if (now.value === null) return now;
      return { ...now, value: typeof next === 'function' ? (next as (now: Value) => Value)(now.value) : next };
    });
  };
  const reload = () => {
    if (current.value === null) setState({ key, value: null, failure: null });
    void ask(current.value);
  };
  return { value: current.value, failure: current.failure, reload, put };
}
