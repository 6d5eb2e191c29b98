import type { Invoice } from '../../common/api/client.ts';
import { isOpen } from '../../common/invoices.ts';
import { formatDay, type Day } from '../../common/time/dates.ts';
import type { MemberTranslator } from '../i18n/words.ts';

// "Issued Fri 2 Oct, due Sun 1 Nov". When it was due says nothing any more once it is paid.
export function formatInvoiceDays(invoice: Pick<Invoice, 'state' | 'issued_on' | 'due_on'>, today: Day, translator: MemberTranslator): string {
  const { state, due_on: due } = invoice;
  const { t } = translator;
  const day = formatDay(invoice.issued_on, today, translator);
  if (due === null || !isOpen(state)) return t('invoice.issued', { day });
  return t(state === 'overdue' ? 'invoice.issued_overdue' : 'invoice.issued_due', { day, due: formatDay(due, today, translator) });
}
