import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ItemsOf } from './types.ts';

// What the accounting of the business has billed its clients.

export const invoiceKinds = ['open', 'paid', 'void'] as const satisfies readonly components['schemas']['InvoiceKind'][];
export type BilledInvoice = components['schemas']['StaffInvoice'];

export const listInvoices = (
  query: Readonly<Record<string, string>>,
  part: Part,
  signal?: AbortSignal,
): Promise<Outcome<ItemsOf<BilledInvoice>>> => send('get', '/staff/invoices', { query: { ...query, ...part }, ...(signal === undefined ? {} : { signal }) });

export const showInvoice = (id: string, visible: boolean): Promise<Outcome<BilledInvoice>> =>
  send('patch', '/staff/invoices/{id}', { path: { id }, body: { visible } });
