import { call, type WorkRequest, type WorkRequestList, type WorkRequestSummary } from '../../common/api/client.ts';
import { listKey, recallItem } from '../../common/lists/seen.ts';
import { useList, type ListState, type Part } from '../../common/lists/use_list.ts';
import { useOne, type One } from '../state/use_one.ts';
import type { RequestsShown } from './query.ts';

const kKind = 'requests';

// A request shows the name of its site, and whether there are any is a matter of the settings.
const shows = ['work_requests', 'sites', 'settings'] as const;

export type Requests = ListState<WorkRequestList>;

export function useRequests(shown: RequestsShown): Requests {
  const ask = (part: Part, membership: string, signal?: AbortSignal) =>
    call('get', '/work-requests', { query: { state: shown, ...part }, membership, ...(signal === undefined ? {} : { signal }) });
  return useList(listKey(kKind, { shown }), ask, shows);
}

export function recallRequest(membership: string, id: string): WorkRequestSummary | null {
  return recallItem<WorkRequestSummary>(membership, kKind, id);
}

export function useRequest(id: string, membership: string): One<WorkRequest> {
  return useOne({
    key: `${membership} ${id}`,
    load: (signal) => call('get', '/work-requests/{id}', { path: { id }, membership, signal }),
    // The job that it became is named only to whoever may see that job now.
    shows: [...shows, 'jobs'],
    changed: 'live.request',
  });
}
