import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call, type JobPosition } from '../../common/api/client.ts';
import { useWake } from '../../common/wake.ts';
import { useApp } from '../state/application.tsx';

export interface Known {
  readonly answer: JobPosition;
  // When it came, by the clock of this device, which need not agree with the server's.
  readonly at: number;
}

const kEveryMilliseconds = 15_000;

// Asked again and again while somebody looks at the page. The last answer stays while there is none.
export function usePosition(id: string, membership: string): Known | null {
  const { handleFailure } = useApp();
  const [known, setKnown] = useState<Known | null>(null);
  const pending = useRef<AbortController | null>(null);
  const ask = useCallback(() => {
    if (document.visibilityState !== 'visible' || !navigator.onLine) return;
    pending.current?.abort();
    const abort = new AbortController();
    pending.current = abort;
    void call('get', '/jobs/{id}/position', { path: { id }, membership, signal: abort.signal }).then((result) => {
      if (abort.signal.aborted) return;
      if (result.ok) setKnown({ answer: result.value, at: Date.now() });
      else handleFailure(result.failure);
    });
  }, [id, membership]);
  useEffect(() => {
    ask();
    const timer = setInterval(ask, kEveryMilliseconds);
    return () => {
      clearInterval(timer);
      pending.current?.abort();
    };
  }, [ask]);
  useWake(ask);
  return known;
}

const kTickMilliseconds = 5_000;

// The age of what was so old when it came, while time goes by.
export function useAge(seconds: number, at: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), kTickMilliseconds);
    return () => clearInterval(timer);
  }, []);
  return seconds + Math.max(0, Math.floor((now - at) / 1000));
}
