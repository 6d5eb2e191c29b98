import type { JobSummary, Site } from '../../common/api/client.ts';
import { recallItem, recallValue, rememberValue } from '../../common/lists/seen.ts';

// What the jobs' pages show again without asking first.

export function recallJob(membership: string, id: string): JobSummary | null {
  return recallItem<JobSummary>(membership, 'jobs', id);
}

export function rememberSites(membership: string, found: readonly Site[]): void {
  rememberValue(membership, 'sites', found);
}

export function recallSites(membership: string): readonly Site[] | null {
  return recallValue(membership, 'sites');
}
