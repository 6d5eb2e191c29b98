import { call, type DocumentList } from '../../common/api/client.ts';
import { listKey } from '../../common/lists/seen.ts';
import { useList, type ListState, type Part } from '../../common/lists/use_list.ts';
import { documentsApiQuery, type DocumentsQuery } from './query.ts';

// Which of them are shown is a matter of the settings, too.
const shows = ['documents', 'settings'] as const;

export type Documents = ListState<DocumentList>;

export function useDocuments(query: DocumentsQuery): Documents {
  const ask = (part: Part, membership: string, signal?: AbortSignal) =>
    call('get', '/documents', {
      query: { ...documentsApiQuery(query), ...part },
      membership,
      ...(signal === undefined ? {} : { signal }),
    });
  return useList(listKey('documents', documentsApiQuery(query)), ask, shows);
}
