import type { Quote, QuoteDecision } from '../../common/api/client.ts';
import { formatMoney } from '../../common/numbers.ts';
import { QuoteStateWord } from '../../common/parts/quote_state.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { useQuoteWords } from '../i18n/quotes.ts';
import { formatWhoAndWhen } from '../quotes/words.ts';
import { useApp } from '../state/application.tsx';

// What was decided, by whom and when, and what was written with it.
export function Decision({ decision, quote }: { decision: QuoteDecision; quote: Pick<Quote, 'revision'> }) {
  const translator = useQuoteWords();
  const { t, locale } = translator;
  const { name: business, time_zone: timeZone } = useApp().portal;
  const { decision: state, reason, revision, total } = decision;
  return (
    <div class="quote-decision">
      <p>
        <QuoteStateWord state={state} text={t(`quote.state.${state}`)} />
      </p>
      <p class="muted">{formatWhoAndWhen(decision, new Date(), timeZone, business, translator)}</p>
      {revision !== quote.revision && <p class="muted">{t('quote.version', { version: revision, amount: formatMoney(total, locale) })}</p>}
      {reason !== null && (
        <p class="plain-text" dir="auto">
          {reason}
        </p>
      )}
    </div>
  );
}

// All but the one that counts, which stands above.
export function EarlierAnswers({ quote }: { quote: Quote }) {
  const { t } = useQuoteWords();
  const { decisions, decision: present } = quote;
  const earlier = decisions.filter(({ decided_at: at }) => at !== present?.decided_at);
  if (earlier.length === 0) return null;
  return (
    <section class="section" aria-labelledby="earlier">
      <h2 id="earlier">{t('quote.earlier')}</h2>
      <ZoneNote instants={earlier.map(({ decided_at: at }) => new Date(at))} />
      <ul>
        {earlier.map((decision) => (
          <li key={decision.decided_at} class="quote-entry">
            <Decision decision={decision} quote={quote} />
          </li>
        ))}
      </ul>
    </section>
  );
}
