import type { JobSummary } from '../../common/api/client.ts';
import type { LoadedJobs } from './pages.ts';

// Lists that were seen, so that the way back shows them at once, and a job's page begins with what its list said. They belong to
// one membership and go with it.

const lists = new Map<string, LoadedJobs>();
let owner: string | null = null;

export function rememberList(membership: string, query: string, loaded: LoadedJobs): void {
  if (owner !== membership) forgetLists();
  owner = membership;
  lists.set(query, loaded);
}

export function recallList(membership: string, query: string): LoadedJobs | null {
  return owner === membership ? (lists.get(query) ?? null) : null;
}

export function recallJob(membership: string, id: string): JobSummary | null {
  if (owner !== membership) return null;
  for (const { items } of lists.values()) {
    const job = items.find((item) => item.id === id);
    if (job !== undefined) return job;
  }
  return null;
}

export function forgetLists(): void {
  lists.clear();
  owner = null;
}
