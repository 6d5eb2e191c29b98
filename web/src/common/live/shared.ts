import { isChange, type Change } from './change.ts';
import { keepConnected } from './connection.ts';

// One stream for all tabs of a browser, which has only six connections to a host: a lock says which tab holds it, a channel tells the others.
// A tab that nobody looks at gives the lock away after a while; the next one that opens a stream tells all of them to look again.

interface Shared {
  readonly membership: string;
  readonly onChange: (change: Change) => void;
}

const kHiddenMilliseconds = 30_000;
const kChannel = 'portal-live';

// Answers how to stop.
export function followChanges({ membership, onChange }: Shared): () => void {
  const name = `${kChannel} ${membership}`;
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : null;
  let turn: AbortController | null = null;
  let hidden: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  if (channel !== null) {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!isChange(data)) return;
      if (data.name === 'ended') stop();
      onChange(data);
    };
  }
  const tell = (change: Change) => {
    channel?.postMessage(change);
    onChange(change);
  };
  const start = () => {
    clearTimeout(hidden);
    if (turn !== null || over) return;
    const mine = new AbortController();
    turn = mine;
    void hold(name, mine.signal, () => keepConnected({ membership, onChange: tell, signal: mine.signal })).then(() => {
      // What was refused stays so until the session has been asked about, which makes a new start.
      if (turn === mine && mine.signal.aborted) turn = null;
    });
  };
  const stop = () => {
    turn?.abort();
    turn = null;
  };
  const watch = () => {
    if (document.visibilityState === 'visible') start();
    else {
      clearTimeout(hidden);
      hidden = setTimeout(stop, kHiddenMilliseconds);
    }
  };
  // A page that is kept for going back must not hold what others wait for.
  const leave = () => stop();
  const back = ({ persisted }: PageTransitionEvent) => {
    if (persisted) watch();
  };
  document.addEventListener('visibilitychange', watch);
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', back);
  watch();
  return () => {
    over = true;
    clearTimeout(hidden);
    document.removeEventListener('visibilitychange', watch);
    window.removeEventListener('pagehide', leave);
    window.removeEventListener('pageshow', back);
    stop();
    channel?.close();
  };
}

// Without locks (a browser before 2022, a page without TLS) each tab has a stream of its own.
async function hold(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  if (navigator.locks === undefined) {
    await work();
    return;
  }
  try {
    await navigator.locks.request(name, { signal }, work);
  } catch {
    // Stopped before its turn came.
  }
}
