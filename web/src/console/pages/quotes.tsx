import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { SearchField } from '../../common/parts/search_field.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { listQuotes, quoteKinds, type OfferedQuote } from '../api/quotes.ts';
import type { ItemsOf } from '../api/types.ts';
import { ClientFilter } from '../clients/client_filter.tsx';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { quotesQuery } from '../quotes/query.ts';
import { QuoteTable } from '../quotes/quote_table.tsx';
import { useFilters } from '../state/filters.ts';

export function QuotesPage() {
  const { t } = useWords();
  const filters = useFilters(['q', 'state', 'client_id']);
  const query = quotesQuery(filters.query);
  const list = useList<ItemsOf<OfferedQuote>>(listKey('offered', query), (part, _, signal) => listQuotes(query, part, signal));
  return (
    <Page title={t('page.quotes')} ready={list.loaded !== null || list.failure !== null}>
      <form class="filters filters-row" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('offered.search')}
          placeholder={t('billed.search_placeholder')}
          value={query['q'] ?? ''}
          onSearch={(text) => filters.set('q', text, { typing: true })}
        />
        <Choice
          id="state"
          label={t('staff.state')}
          value={query['state'] ?? ''}
          options={[{ value: '', text: t('filter.any') }, ...quoteKinds.map((value) => ({ value, text: t(`offered.kind.${value}`) }))]}
          onChange={(value) => filters.set('state', value)}
        />
        <ClientFilter
          id={query['client_id'] ?? ''}
          ofWhom={t('offered.of_whom')}
          every={t('offered.every_client')}
          onChange={(id) => filters.set('client_id', id)}
        />
      </form>
      <section class="results" aria-label={t('page.quotes')}>
        <QuoteTable
          list={list}
          label={t('page.quotes')}
          withClient
          empty={
            Object.keys(query).length === 0 ? (
              <StatePanel icon="quote" title={t('offered.empty')} text={t('offered.empty_text')} />
            ) : (
              <StatePanel icon="search" title={t('offered.nothing_found')} text={t('jobs.nothing_found_text')}>
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
