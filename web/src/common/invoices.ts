import type { Invoice } from './api/client.ts';
import type { Translator } from './i18n/language.tsx';
import { formatMoney } from './numbers.ts';

// What is said of invoices to members and to staff.

export type InvoiceState = Invoice['state'];

export function isOpen(state: InvoiceState): boolean {
  return state !== 'paid' && state !== 'void';
}

// What is left where a part is paid; otherwise null.
export function formatRest({ state, paid, outstanding }: Pick<Invoice, 'state' | 'paid' | 'outstanding'>, { t, locale }: Translator): string | null {
  return isOpen(state) && paid.amount > 0 ? t('invoice.rest', { amount: formatMoney(outstanding, locale) }) : null;
}
