import { useEffect, useRef } from 'preact/hooks';
import type { Change, ChangeName } from './change.ts';

// Changes reach the parts of the page that show them: gathered for a moment, so that many at once are one question, and not while nobody
// looks at the page.

type Listener = (changes: readonly Change[], again: boolean) => void;

const listeners = new Set<Listener>();
const kGatheredMilliseconds = 50;
// Everybody who follows the same client is told at the same time, and need not ask at the same time.
const kSpreadMilliseconds = 200;

const kMostGathered = 50;
// Another worker may answer than the one that told of the change, from its memory: it hears of it within a second, or keeps nothing.
const kLeaseMilliseconds = 1200;

let gathered: readonly Change[] = [];
let told: readonly Change[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let echo: ReturnType<typeof setTimeout> | undefined;

const isResync = ({ name }: Change) => name === 'resync';

// Whoever comes back to a page after long need not know every job.
function joined(known: readonly Change[], change: Change): readonly Change[] {
  const added = known.length >= kMostGathered && change.name === 'jobs' ? { name: change.name, jobId: null } : change;
  return known.some(({ name, jobId }) => name === added.name && jobId === added.jobId) ? known : [...known, added];
}

export function gather(change: Change): void {
  const waitsLong = gathered.every(isResync);
  gathered = joined(gathered, change);
  // What a page shows when it begins to follow was asked for a moment ago. So one question is enough, and it can wait for the lease.
  if (isResync(change)) {
    timer ??= setTimeout(handOn, kLeaseMilliseconds + Math.random() * kSpreadMilliseconds);
    return;
  }
  if (waitsLong) {
    clearTimeout(timer);
    timer = undefined;
  }
  timer ??= setTimeout(handOn, kGatheredMilliseconds + Math.random() * kSpreadMilliseconds);
}

export function handOn(): void {
  timer = undefined;
  if (document.visibilityState !== 'visible') return;
  const changes = gathered;
  gathered = [];
  if (changes.length === 0) return;
  if (!changes.every(isResync)) {
    told = changes.reduce(joined, told);
    clearTimeout(echo);
    echo = setTimeout(tellAgain, kLeaseMilliseconds);
  }
  for (const listener of [...listeners]) listener(changes, false);
}

function tellAgain(): void {
  const changes = told;
  told = [];
  for (const listener of [...listeners]) listener(changes, true);
}

export function forgetGathered(): void {
  clearTimeout(timer);
  clearTimeout(echo);
  timer = undefined;
  gathered = [];
  told = [];
}

export function listenToChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

// Called when one of these has changed, or anything may have; and `again` once whoever answers has heard of it, too.
export function useChanges(names: readonly ChangeName[], refresh: (changes: readonly Change[], again: boolean) => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(
    () =>
      listenToChanges((changes, again) => {
        const mine = changes.filter(({ name }) => name === 'resync' || names.includes(name));
        if (mine.length > 0) latest.current(mine, again);
      }),
    [names.join()],
  );
}
