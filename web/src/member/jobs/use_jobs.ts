import { call, type JobList } from '../../common/api/client.ts';
import { listKey } from '../../common/lists/seen.ts';
import { useList, type ListState, type Part } from '../../common/lists/use_list.ts';
import { apiQuery, datesAreInOrder, type JobsQuery } from './query.ts';

// A job shows the name of its site, and the settings say which jobs and what of them.
export const shows = ['jobs', 'sites', 'settings'] as const;

export type Jobs = ListState<JobList>;

export function useJobs(query: JobsQuery): Jobs {
  const ask = (part: Part, membership: string, signal?: AbortSignal) =>
    call('get', '/jobs', {
      // The counts belong to the whole list, so that they are asked for once.
      query: { ...apiQuery(query), ...part, ...(part.cursor === undefined ? { counts: true } : {}) },
      membership,
      ...(signal === undefined ? {} : { signal }),
    });
  return useList(listKey('jobs', apiQuery(query)), datesAreInOrder(query) ? ask : null, shows);
}
