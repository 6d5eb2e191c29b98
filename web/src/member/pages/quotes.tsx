import { useRef } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import { formatNumber } from '../../common/formats.ts';
import { usePlace } from '../../common/history.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { JobListSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { useQuoteWords } from '../i18n/quotes.ts';
import { NoQuotes, NoQuotesText } from '../parts/no_quotes.tsx';
import { openedQuote, QuoteCards } from '../parts/quote_cards.tsx';
import { countOf, parseQuotesShown, quoteLists, quotesPath, type QuoteCounts, type QuotesShown } from '../quotes/query.ts';
import { useQuotes, type Quotes } from '../quotes/use_quotes.ts';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

export function QuotesPage() {
  const { membership } = useSession();
  const shown = parseQuotesShown(usePlace().search);
  // Another client is another page: nothing of the one before may stay in view.
  return membership.permissions.includes('accept_quotes') ? <QuotesOf key={membership.id} shown={shown} /> : <NoQuotes />;
}

function QuotesOf({ shown }: { shown: QuotesShown }) {
  const { t } = useQuoteWords();
  const { portal } = useApp();
  const quotes = useQuotes(shown);
  // Of all quotes, so that they stay while another list is asked for.
  const counts = useRef<QuoteCounts | null>(null);
  counts.current = quotes.loaded?.first.counts ?? counts.current;
  return (
    <>
      <PageHeading
        title={pageTitle(t('quotes.title'), portal.name)}
        ready={quotes.loaded !== null || quotes.failure !== null}
        returnTo={openedQuote}
      >
        {t('quotes.title')}
      </PageHeading>
      <Tabs shown={shown} counts={counts.current} />
      <section class="results" aria-label={t(`quotes.kind.${shown}`)}>
        <Results shown={shown} quotes={quotes} />
      </section>
    </>
  );
}

function Tabs({ shown, counts }: { shown: QuotesShown; counts: QuoteCounts | null }) {
  const { t, locale } = useQuoteWords();
  return (
    <nav class="tabs" aria-label={t('quotes.kinds')}>
      <ul>
        {quoteLists.map((list) => (
          <li key={list}>
            <a href={quotesPath(list)} aria-current={list === shown ? 'page' : undefined}>
              {t(`quotes.kind.${list}`)}
              {/* Its place is kept until it is known. */}
              <span class="count"> {counts === null ? '\u00a0' : formatNumber(countOf(list, counts), locale)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Results({ shown, quotes }: { shown: QuotesShown; quotes: Quotes }) {
  const { t } = useQuoteWords();
  const { portal } = useApp();
  const { loaded, failure, reload } = quotes;
  if (hasCode(failure, 'permission_required')) return <NoQuotesText />;
  if (failure !== null) return <FailurePanel failure={failure} retry={reload} />;
  if (loaded === null) return <JobListSkeleton />;
  if (loaded.items.length > 0) return <QuoteCards shown={shown} quotes={quotes} loaded={loaded} />;
  return <StatePanel icon="quote" title={t(`quotes.empty.${shown}`)} text={t(`quotes.empty.${shown}_text`, { business: portal.name })} />;
}
