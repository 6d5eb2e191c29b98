import type { JobList, JobSummary } from '../../common/api/client.ts';

// The part of a list that has been loaded so far: one or more answers joined.

export const pageSize = 20;

export interface LoadedJobs {
  readonly items: readonly JobSummary[];
  readonly nextCursor: string | null;
  readonly counts: JobList['counts'];
  // Ids of the jobs that a refresh has changed.
  readonly changed: ReadonlySet<string>;
}

export function firstPage(list: JobList): LoadedJobs {
  return { items: list.items, nextCursor: list.next_cursor, counts: list.counts, changed: new Set() };
}

// A job that moved between two answers would come twice.
export function appendPage(loaded: LoadedJobs, list: JobList): LoadedJobs {
  const known = new Set(loaded.items.map(({ id }) => id));
  return { ...loaded, items: [...loaded.items, ...list.items.filter(({ id }) => !known.has(id))], nextCursor: list.next_cursor };
}

// How many jobs to ask for, so that one answer covers what is shown now.
export function refreshSize(loaded: LoadedJobs): number {
  return Math.min(100, Math.max(pageSize, Math.ceil(loaded.items.length / pageSize) * pageSize));
}

// A changed job marks itself; a job that was not in view before does too.
export function refreshPages(loaded: LoadedJobs, list: JobList): LoadedJobs {
  const before = new Map(loaded.items.map((item) => [item.id, JSON.stringify(item)]));
  const changed = list.items.filter((item) => before.get(item.id) !== JSON.stringify(item)).map(({ id }) => id);
  return { ...firstPage(list), changed: new Set(changed) };
}
