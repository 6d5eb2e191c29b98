import { invoiceKinds } from '../api/invoices.ts';

// What an address says wrongly is left out rather than sent on.
export function invoicesQuery(chosen: Readonly<{ q?: string; state?: string }>): Record<string, string> {
  const q = [...(chosen.q ?? '').trim()].slice(0, 100).join('');
  const state = invoiceKinds.find((kind) => kind === chosen.state);
  return { ...(q === '' ? {} : { q }), ...(state === undefined ? {} : { state }) };
}
