import { call, type InvoiceList } from '../../common/api/client.ts';
import { listKey } from '../../common/lists/seen.ts';
import { useList, type ListState, type Part } from '../../common/lists/use_list.ts';
import { invoicesApiQuery, type InvoicesShown } from './query.ts';

// An invoice names its job only to whoever may see that job now, and which may be seen is a matter of the settings.
const shows = ['invoices', 'jobs', 'settings'] as const;

export type Invoices = ListState<InvoiceList>;

export function useInvoices(shown: InvoicesShown): Invoices {
  const ask = (part: Part, membership: string, signal?: AbortSignal) =>
    call('get', '/invoices', {
      // The counts and the sums belong to the whole list, so that they are asked for once.
      query: { ...invoicesApiQuery(shown), ...part, ...(part.cursor === undefined ? { counts: true } : {}) },
      membership,
      ...(signal === undefined ? {} : { signal }),
    });
  return useList(listKey('invoices', { shown }), ask, shows);
}
