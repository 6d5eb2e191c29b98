import type { InvoiceState } from '../invoices.ts';
import { useTranslator } from '../i18n/language.tsx';
import { Icon } from './icon.tsx';

const icons: Readonly<Record<InvoiceState, string>> = {
  payment_due: 'status-planned',
  partially_paid: 'partly',
  overdue: 'alert',
  paid: 'status-finished',
  void: 'status-cancelled',
};

// A word and an icon; the colour only repeats them.
export function InvoiceStateWord({ state }: { state: InvoiceState }) {
  const { t } = useTranslator();
  return (
    <span class={`status invoice-${state}`}>
      <Icon name={icons[state]} />
      {t(`invoice.state.${state}`)}
    </span>
  );
}
