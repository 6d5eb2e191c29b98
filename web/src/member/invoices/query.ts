import type { InvoiceList } from '../../common/api/client.ts';

// Which invoices the page shows stands in its address, so that going back and sharing work.

export const invoiceLists = ['open', 'paid', 'all'] as const;
export type InvoicesShown = (typeof invoiceLists)[number];

export function parseInvoicesShown(search: string): InvoicesShown {
  const wanted = new URLSearchParams(search).get('state');
  return invoiceLists.find((candidate) => candidate === wanted) ?? invoiceLists[0];
}

export function invoicesPath(shown: InvoicesShown): string {
  return shown === invoiceLists[0] ? '/invoices' : `/invoices?state=${shown}`;
}

// The same as the address, in the words of the API.
export function invoicesApiQuery(shown: InvoicesShown): { state?: 'open' | 'paid' } {
  return shown === 'all' ? {} : { state: shown };
}

export type InvoiceCounts = NonNullable<InvoiceList['counts']>;

export function countOf(shown: InvoicesShown, counts: InvoiceCounts): number {
  const open = counts.payment_due + counts.partially_paid + counts.overdue;
  switch (shown) {
    case 'open':
      return open;
    case 'paid':
      return counts.paid;
    case 'all':
      return open + counts.paid + counts.void;
  }
}
