import { call, type Quote, type QuoteList, type QuoteSummary } from '../../common/api/client.ts';
import { listKey, recallItem } from '../../common/lists/seen.ts';
import { useList, type ListState, type Part } from '../../common/lists/use_list.ts';
import { useOne, type One } from '../state/use_one.ts';
import type { QuotesShown } from './query.ts';

const kKind = 'quotes';

// A quote names its job only to whoever may see that job now, and which may be seen is a matter of the settings.
const shows = ['quotes', 'jobs', 'settings'] as const;

export type Quotes = ListState<QuoteList>;

export function useQuotes(shown: QuotesShown): Quotes {
  const ask = (part: Part, membership: string, signal?: AbortSignal) =>
    call('get', '/quotes', {
      // The counts belong to the whole list, so that they are asked for once.
      query: { state: shown, ...part, ...(part.cursor === undefined ? { counts: true } : {}) },
      membership,
      ...(signal === undefined ? {} : { signal }),
    });
  return useList(listKey(kKind, { shown }), ask, shows);
}

export function recallQuote(membership: string, id: string): QuoteSummary | null {
  return recallItem<QuoteSummary>(membership, kKind, id);
}

export function useQuote(id: string, membership: string): One<Quote> {
  return useOne({
    key: `${membership} ${id}`,
    load: (signal) => call('get', '/quotes/{id}', { path: { id }, membership, signal }),
    shows,
    changed: 'live.quote',
  });
}
