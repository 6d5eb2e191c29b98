import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { SearchField } from '../../common/parts/search_field.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { invoiceKinds, listInvoices, type BilledInvoice } from '../api/invoices.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { InvoiceTable } from '../invoices/invoice_table.tsx';
import { invoicesQuery } from '../invoices/query.ts';
import { Page } from '../parts/page.tsx';
import { useFilters } from '../state/filters.ts';

export function InvoicesPage() {
  const { t } = useWords();
  const filters = useFilters(['q', 'state']);
  const query = invoicesQuery(filters.query);
  const list = useList<ItemsOf<BilledInvoice>>(listKey('billed', query), (part, _, signal) => listInvoices(query, part, signal));
  const kindWord = (kind: (typeof invoiceKinds)[number]) => t(kind === 'void' ? 'invoice.state.void' : `invoices.kind.${kind}`);
  return (
    <Page title={t('page.invoices')} ready={list.loaded !== null || list.failure !== null}>
      <form class="filters filters-row" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('billed.search')}
          placeholder={t('billed.search_placeholder')}
          value={query['q'] ?? ''}
          onSearch={(text) => filters.set('q', text, { typing: true })}
        />
        <Choice
          id="state"
          label={t('staff.state')}
          value={query['state'] ?? ''}
          options={[{ value: '', text: t('filter.any') }, ...invoiceKinds.map((value) => ({ value, text: kindWord(value) }))]}
          onChange={(value) => filters.set('state', value)}
        />
      </form>
      <section class="results" aria-label={t('page.invoices')}>
        <InvoiceTable
          list={list}
          label={t('page.invoices')}
          withClient
          empty={
            Object.keys(query).length === 0 ? (
              <StatePanel icon="invoice" title={t('billed.empty')} text={t('billed.empty_text')} />
            ) : (
              <StatePanel icon="search" title={t('billed.nothing_found')} text={t('jobs.nothing_found_text')}>
                <button type="button" class="button" onClick={filters.clear}>
                  {t('jobs.clear_filters')}
                </button>
              </StatePanel>
            )
          }
        />
      </section>
    </Page>
  );
}
