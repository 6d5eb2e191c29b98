import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import type { Client } from '../api/clients.ts';
import { listQuotes, type OfferedQuote } from '../api/quotes.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { QuoteTable } from './quote_table.tsx';

// What one client was offered.
export function QuotesOf({ client }: { client: Pick<Client, 'id' | 'name'> }) {
  const { t } = useWords();
  const query = { client_id: client.id };
  const list = useList<ItemsOf<OfferedQuote>>(listKey('offered', query), (part, _, signal) => listQuotes(query, part, signal));
  return (
    <section class="section" aria-labelledby="quotes">
      <h2 id="quotes">{t('page.quotes')}</h2>
      <QuoteTable
        list={list}
        label={t('offered.of', { client: client.name })}
        withClient={false}
        empty={<p class="muted">{t('offered.none_of_client')}</p>}
      />
    </section>
  );
}
