import { useEffect, useState } from 'preact/hooks';

// Work that takes longer than a page is looked at: many invitations, uploads, rows of a file. It lives beside the pages, so that it goes on
// when one navigates, and ends with what failed and why.

export type ItemState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export interface WorkItem {
  readonly name: string;
  readonly state: ItemState;
  // From 0 to 1, of those that are under way.
  readonly share: number;
  // Why it failed, in words.
  readonly problem: string | null;
}

export interface Work {
  readonly id: number;
  readonly title: string;
  readonly items: readonly WorkItem[];
  readonly running: boolean;
  // Whether each item can be cancelled by itself.
  readonly single: boolean;
}

// What became of one item: null means done, a text says why not, "stop" that nothing more can be done at all.
export type Result = string | null | 'stop';

export interface Plan {
  readonly title: string;
  readonly names: readonly string[];
  // How many items one call of `run` takes, and how many calls are under way at once.
  readonly batch: number;
  readonly atOnce: number;
  // `share` is told how far the first item of the batch is.
  readonly run: (indexes: readonly number[], signal: AbortSignal, share: (value: number) => void) => Promise<readonly Result[]>;
  readonly done?: (work: Work) => void;
}

type Listener = (works: readonly Work[]) => void;

let works: readonly Work[] = [];
let lastId = 0;
const listeners = new Set<Listener>();
const aborts = new Map<string, AbortController>();

function publish(next: readonly Work[]): void {
  works = next;
  for (const listener of listeners) listener(works);
}

function change(id: number, edit: (work: Work) => Work): void {
  publish(works.map((work) => (work.id === id ? edit(work) : work)));
}

function changeItems(id: number, indexes: readonly number[], edit: (item: WorkItem, position: number) => WorkItem): void {
  change(id, (work) => ({
    ...work,
    items: work.items.map((item, index) => (indexes.includes(index) ? edit(item, indexes.indexOf(index)) : item)),
  }));
}

const find = (id: number) => works.find((work) => work.id === id);

export async function startWork(plan: Plan): Promise<void> {
  const { title, names, batch, atOnce, run, done } = plan;
  if (names.length === 0) return;
  lastId += 1;
  const id = lastId;
  const items = names.map((name): WorkItem => ({ name, state: 'waiting', share: 0, problem: null }));
  publish([...works, { id, title, items, running: true, single: batch === 1 && atOnce > 1 }]);
  const takeNext = () => {
    const work = find(id);
    const waiting = (work?.items ?? []).flatMap(({ state }, index) => (state === 'waiting' ? [index] : []));
    return waiting.slice(0, batch);
  };
  const goOn = async () => {
    for (let indexes = takeNext(); indexes.length > 0; indexes = takeNext()) {
      const abort = new AbortController();
      const taken = indexes;
      for (const index of taken) aborts.set(`${id} ${index}`, abort);
      changeItems(id, taken, (item) => ({ ...item, state: 'running' }));
      const results = await run(taken, abort.signal, (share) => changeItems(id, taken.slice(0, 1), (item) => ({ ...item, share })));
      for (const index of taken) aborts.delete(`${id} ${index}`);
      changeItems(id, taken, (item, position) => settled(item, results[position] ?? null, abort.signal.aborted));
      if (results.includes('stop')) cancelWork(id);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, goOn));
  change(id, (work) => ({ ...work, running: false }));
  const ended = find(id);
  if (ended !== undefined) done?.(ended);
}

function settled(item: WorkItem, result: Result, aborted: boolean): WorkItem {
  if (result === null) return { ...item, state: 'done', share: 1 };
  if (aborted || result === 'stop') return { ...item, state: 'cancelled' };
  return { ...item, state: 'failed', problem: result };
}

// What is under way may have been done all the same; what waits is not begun.
export function cancelWork(id: number): void {
  const work = find(id);
  work?.items.forEach((_, index) => cancelItem(id, index));
}

export function cancelItem(id: number, index: number): void {
  changeItems(id, [index], (item) => (item.state === 'waiting' ? { ...item, state: 'cancelled' } : item));
  aborts.get(`${id} ${index}`)?.abort();
}

// Whoever signs in next neither sees what somebody else began nor goes on with it.
export function forgetWorks(): void {
  for (const abort of aborts.values()) abort.abort();
  publish([]);
}

export function dismissWork(id: number): void {
  publish(works.filter((work) => work.id !== id));
}

export function useWorks(): readonly Work[] {
  const [seen, setSeen] = useState(works);
  useEffect(() => {
    listeners.add(setSeen);
    setSeen(works);
    return () => {
      listeners.delete(setSeen);
    };
  }, []);
  return seen;
}

export function countOf(work: Work, ...states: readonly ItemState[]): number {
  return work.items.filter(({ state }) => states.includes(state)).length;
}
