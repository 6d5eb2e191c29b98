import { useRef } from 'preact/hooks';
import type { QuoteList, QuoteSummary } from '../../common/api/client.ts';
import type { Loaded } from '../../common/lists/pages.ts';
import { useSteady } from '../../common/lists/use_steady.ts';
import { quotePath } from '../../common/navigation.ts';
import { formatMoney } from '../../common/numbers.ts';
import { QuoteStateWord } from '../../common/parts/quote_state.tsx';
import { dayOf } from '../../common/time/dates.ts';
import { useQuoteWords } from '../i18n/quotes.ts';
import { waitingFirst, type QuotesShown } from '../quotes/query.ts';
import type { Quotes } from '../quotes/use_quotes.ts';
import { formatValid } from '../quotes/words.ts';
import { useApp } from '../state/application.tsx';
import { ListEnd, useSaid } from './list_end.tsx';

interface QuoteCardsProperties {
  shown: QuotesShown;
  quotes: Quotes;
  loaded: Loaded<QuoteList>;
}

const linkOf = (id: string | undefined) => document.getElementById(`quote-${id ?? ''}`);

let opened: string | undefined;

// Where the reader left the list.
export function openedQuote(): HTMLElement | null {
  return linkOf(opened);
}

export function QuoteCards({ shown, quotes, loaded }: QuoteCardsProperties) {
  const { t } = useQuoteWords();
  const list = useRef<HTMLUListElement>(null);
  const { items, nextCursor, changed } = loaded;
  const summary = t(nextCursor === null ? 'quotes.found' : 'quotes.shown', { count: items.length });
  // In the order in which they came, which is not that in which they stand here.
  const latest = useRef(items);
  latest.current = items;
  useSaid(summary, shown, loaded, 'live.quotes');
  useSteady(list);
  return (
    <>
      <ul class="cards steady" ref={list}>
        {waitingFirst(items).map((item) => (
          <li key={item.id} data-item={item.id}>
            <QuoteCard quote={item} changed={changed.has(item.id)} />
          </li>
        ))}
      </ul>
      <ListEnd list={quotes} loaded={loaded} summary={summary} more={t('quotes.more')} linkAt={(index) => linkOf(latest.current[index]?.id)} />
    </>
  );
}

// The whole card is one link: a large target, and one stop for the keyboard.
function QuoteCard({ quote, changed }: { quote: QuoteSummary; changed: boolean }) {
  const translator = useQuoteWords();
  const { t, locale } = translator;
  const { time_zone: timeZone } = useApp().portal;
  const { id, number, title, state, total } = quote;
  return (
    <a id={`quote-${id}`} class="card card-link" href={quotePath(id)} onClick={() => (opened = id)}>
      <span class="card-top">
        <strong class="card-title" dir="auto">
          {title ?? t('quote.heading', { number })}
        </strong>
        <QuoteStateWord state={state} text={t(`quote.state.${state}`)} />
      </span>
      <strong class="card-text">{formatMoney(total, locale)}</strong>
      <span class="card-text muted">
        {[title === null ? null : number, formatValid(quote, dayOf(new Date(), timeZone), timeZone, translator)].filter((part) => part !== null).join(' · ')}
        {changed && <em class="updated"> · {t('jobs.updated')}</em>}
      </span>
    </a>
  );
}
