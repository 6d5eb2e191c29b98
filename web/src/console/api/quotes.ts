import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ItemsOf } from './types.ts';

// What the business has offered its clients, and what they decided.

export const quoteKinds = ['open', 'accepted', 'closed'] as const satisfies readonly components['schemas']['QuoteKind'][];
export type OfferedQuote = components['schemas']['StaffQuoteSummary'];
export type WholeQuote = components['schemas']['StaffQuote'];
export type QuoteDecision = components['schemas']['QuoteDecision'];
export type RecordedDecision = components['schemas']['RecordedQuoteDecision'];

export const decisions = ['accepted', 'changes_requested', 'declined'] as const satisfies readonly RecordedDecision['decision'][];
export const methods = ['phone', 'email', 'paper', 'in_person', 'other'] as const satisfies readonly RecordedDecision['method'][];

const optionalSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

export const listQuotes = (query: Readonly<Record<string, string>>, part: Part, signal?: AbortSignal): Promise<Outcome<ItemsOf<OfferedQuote>>> =>
  send('get', '/staff/quotes', { query: { ...query, ...part }, ...optionalSignal(signal) });

export const readQuote = (id: string, signal?: AbortSignal): Promise<Outcome<WholeQuote>> =>
  send('get', '/staff/quotes/{id}', { path: { id }, ...optionalSignal(signal) });

export const showQuote = (id: string, visible: boolean): Promise<Outcome<WholeQuote>> => send('patch', '/staff/quotes/{id}', { path: { id }, body: { visible } });

export const recordDecision = (id: string, body: RecordedDecision): Promise<Outcome<WholeQuote>> =>
  send('post', '/staff/quotes/{id}/decision', { path: { id }, body });
