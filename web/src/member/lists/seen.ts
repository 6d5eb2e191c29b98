import type { JobList, JobSummary, Site } from '../../common/api/client.ts';
import type { List, Loaded } from './pages.ts';

// Lists that were seen, so that the way back shows them at once, and a job's page begins with what its list said. They belong to
// one membership and go with it.

const lists = new Map<string, Loaded<List>>();
let sites: readonly Site[] | null = null;
let owner: string | null = null;

// The key of a list names its kind first.
export function listKey(kind: 'jobs' | 'documents', query: unknown): string {
  return `${kind} ${JSON.stringify(query)}`;
}

function takeOver(membership: string): void {
  if (owner !== membership) forgetLists();
  owner = membership;
}

export function rememberList<L extends List>(membership: string, key: string, loaded: Loaded<L>): void {
  takeOver(membership);
  lists.set(key, loaded);
}

export function rememberSites(membership: string, found: readonly Site[]): void {
  takeOver(membership);
  sites = found;
}

// Null: not asked for yet.
export function recallSites(membership: string): readonly Site[] | null {
  return owner === membership ? sites : null;
}

export function recallList<L extends List>(membership: string, key: string): Loaded<L> | null {
  return owner === membership ? ((lists.get(key) as Loaded<L> | undefined) ?? null) : null;
}

export function recallJob(membership: string, id: string): JobSummary | null {
  if (owner !== membership) return null;
  for (const [key, loaded] of lists) {
    if (!key.startsWith('jobs ')) continue;
    const job = (loaded as Loaded<JobList>).items.find((item) => item.id === id);
    if (job !== undefined) return job;
  }
  return null;
}

export function forgetLists(): void {
  lists.clear();
  sites = null;
  owner = null;
}
