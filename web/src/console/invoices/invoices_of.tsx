import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import type { Client } from '../api/clients.ts';
import { listInvoices, type BilledInvoice } from '../api/invoices.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { InvoiceTable } from './invoice_table.tsx';

// What one client was billed.
export function InvoicesOf({ client }: { client: Pick<Client, 'id' | 'name'> }) {
  const { t } = useWords();
  const query = { client_id: client.id };
  const list = useList<ItemsOf<BilledInvoice>>(listKey('billed', query), (part, _, signal) => listInvoices(query, part, signal));
  return (
    <section class="section" aria-labelledby="invoices">
      <h2 id="invoices">{t('page.invoices')}</h2>
      <InvoiceTable
        list={list}
        label={t('billed.of', { client: client.name })}
        withClient={false}
        empty={<p class="muted">{t('billed.none_of_client')}</p>}
      />
    </section>
  );
}
