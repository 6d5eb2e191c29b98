import { quoteKinds } from '../api/quotes.ts';

// What an address says wrongly is left out rather than sent on.
export function quotesQuery(chosen: Readonly<{ q?: string; state?: string; client_id?: string }>): Record<string, string> {
  const q = [...(chosen.q ?? '').trim()].slice(0, 100).join('');
  const state = quoteKinds.find((kind) => kind === chosen.state);
  const client = /^[1-9][0-9]{0,18}$/.exec(chosen.client_id ?? '')?.[0];
  return { ...(q === '' ? {} : { q }), ...(state === undefined ? {} : { state }), ...(client === undefined ? {} : { client_id: client }) };
}
