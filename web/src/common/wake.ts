import { useEffect, useRef } from 'preact/hooks';

// Moments at which a page asks again what is true now: the reader comes back to it, the browser is online again, or somebody pressed
// "try again" for all of it.

const listeners = new Set<() => void>();

export function askAgain(): void {
  for (const listener of listeners) listener();
}

// `refresh` is told whether it was asked for: what is only looked at again may be fresh enough.
export function useWake(refresh: (wanted: boolean) => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    const seen = () => {
      if (document.visibilityState === 'visible' && navigator.onLine) latest.current(false);
    };
    const wanted = () => latest.current(true);
    listeners.add(wanted);
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('online', wanted);
    return () => {
      listeners.delete(wanted);
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('online', wanted);
    };
  }, []);
}
