import type { InvoiceList } from '../../common/api/client.ts';
import { formatMoney } from '../../common/numbers.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import type { InvoiceCounts } from '../invoices/query.ts';

export interface Sums {
  readonly counts: InvoiceCounts;
  readonly outstanding: NonNullable<InvoiceList['outstanding']>;
}

// What is still to pay, one sum for each currency. Null: not known yet, and its place is kept.
export function Outstanding({ sums }: { sums: Sums | null }) {
  const { t, locale } = useWords();
  return (
    <div class="outstanding">
      <dl>
        <dt class="muted">{t('invoices.outstanding')}</dt>
        {sums?.outstanding.map((money) => (
          <dd key={money.currency} class="outstanding-sum">
            {formatMoney(money, locale)}
          </dd>
        ))}
        {sums === null && <dd class="outstanding-sum">{'\u00a0'}</dd>}
        {sums?.outstanding.length === 0 && <dd class="outstanding-sum">{t('invoices.nothing')}</dd>}
      </dl>
      {sums !== null && sums.counts.overdue > 0 ? (
        <p class="status invoice-overdue">
          <Icon name="alert" />
          {t('invoices.overdue', { count: sums.counts.overdue })}
        </p>
      ) : (
        <p class="status muted">{sums === null || sums.outstanding.length === 0 ? '\u00a0' : t('invoices.none_overdue')}</p>
      )}
    </div>
  );
}
