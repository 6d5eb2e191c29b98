import { formatMoney } from '../../common/numbers.ts';
import { QuoteStateWord } from '../../common/parts/quote_state.tsx';
import type { QuoteDecision } from '../api/quotes.ts';
import { useWords } from '../i18n/words.ts';
import { useTimes } from '../state/times.ts';
import { formatWho } from './words.ts';

// All that was decided, the newest first; of what was decided about an earlier version, what that came to.
export function Decisions({ decisions, revision }: { decisions: readonly QuoteDecision[]; revision: number }) {
  const translator = useWords();
  const { t, locale } = translator;
  const times = useTimes();
  return (
    <ul class="rows">
      {decisions.map((decision) => (
        <li key={decision.decided_at}>
          <QuoteStateWord state={decision.decision} text={t(`offered.state.${decision.decision}`)} />
          <span class="muted block">{[times(decision.decided_at, ''), formatWho(decision, translator)].join(' · ')}</span>
          {decision.revision !== revision && (
            <span class="muted block">{t('offered.version', { version: decision.revision, amount: formatMoney(decision.total, locale) })}</span>
          )}
          {decision.reason !== null && (
            <span class="plain-text block" dir="auto">
              {decision.reason}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
