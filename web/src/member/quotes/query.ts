import type { QuoteList } from '../../common/api/client.ts';

// Which quotes the page shows stands in its address, so that going back and sharing work.

export const quoteLists = ['open', 'accepted', 'closed'] as const;
export type QuotesShown = (typeof quoteLists)[number];

export function parseQuotesShown(search: string): QuotesShown {
  const wanted = new URLSearchParams(search).get('state');
  return quoteLists.find((candidate) => candidate === wanted) ?? quoteLists[0];
}

export function quotesPath(shown: QuotesShown): string {
  return shown === quoteLists[0] ? '/quotes' : `/quotes?state=${shown}`;
}

export type QuoteCounts = NonNullable<QuoteList['counts']>;

export function countOf(shown: QuotesShown, counts: QuoteCounts): number {
  switch (shown) {
    case 'open':
      return counts.pending_approval + counts.changes_requested;
    case 'accepted':
      return counts.accepted;
    case 'closed':
      return counts.declined + counts.expired + counts.superseded;
  }
}

// What waits for an answer of the client comes before what waits for the business; otherwise as the server has them.
export function waitingFirst<Item extends { readonly state: string }>(items: readonly Item[]): Item[] {
  const waits = ({ state }: Item) => state === 'pending_approval';
  return [...items.filter(waits), ...items.filter((item) => !waits(item))];
}
