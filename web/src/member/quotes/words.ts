import type { Quote, QuoteDecision, QuoteSummary } from '../../common/api/client.ts';
import { formatMoney } from '../../common/numbers.ts';
import { changedParts, fewDaysLeft, isOpen, type OfferedPart } from '../../common/quotes.ts';
import { dayOf, formatDateTime, formatDay, type Day } from '../../common/time/dates.ts';
import type { QuoteTranslator } from '../i18n/quotes.ts';

// "3 days left"; null where there is time.
export function formatHurry(quote: Pick<QuoteSummary, 'state' | 'valid_until'>, today: Day, { t }: QuoteTranslator): string | null {
  const left = fewDaysLeft(quote, today);
  if (left === null) return null;
  return left === 0 ? t('quote.last_day') : t('quote.days_left', { count: left });
}

// "Valid until Sun 20 Dec, 3 days left", or what became of it.
export function formatValid(quote: QuoteSummary, today: Day, timeZone: string, translator: QuoteTranslator): string {
  const { state, valid_until: last, decision } = quote;
  const { t } = translator;
  if (decision !== null && !isOpen(state)) return formatDecided(decision, today, timeZone, translator);
  if (last === null) return t('quote.issued', { day: formatDay(quote.issued_on, today, translator) });
  const day = formatDay(last, today, translator);
  if (!isOpen(state)) return t('quote.was_valid', { day });
  const hurry = formatHurry(quote, today, translator);
  return [t('quote.valid_until', { day }), hurry].filter((part) => part !== null).join(', ');
}

// "Accepted Tue 24 Nov by Anna Moore"
function formatDecided(decision: QuoteDecision, today: Day, timeZone: string, translator: QuoteTranslator): string {
  const what = translator.t(`quote.state.${decision.decision}`);
  const day = formatDay(dayOf(new Date(decision.decided_at), timeZone), today, translator);
  const { name } = decision.decided_by;
  return name === null ? translator.t('quote.decided', { what, day }) : translator.t('quote.decided_by', { what, day, name });
}

// "Tue 24 Nov, 14:05 · Anna Moore · By phone, recorded by Brightwater"
export function formatWhoAndWhen(decision: QuoteDecision, now: Date, timeZone: string, business: string, translator: QuoteTranslator): string {
  const { decided_at: at, decided_by: by, method } = decision;
  const how = method === 'portal' ? null : translator.t(`quote.method.${method}`, { business });
  return [formatDateTime(new Date(at), now, timeZone, translator), by.name, how].filter((part) => part !== null).join(' · ');
}

export interface Difference {
  readonly part: OfferedPart;
  // Null: too long to stand beside each other, or the same words for something else.
  readonly change: { readonly before: string | null; readonly after: string | null } | null;
}

// What the business has changed of that which one would agree to.
export function differencesOf(before: Quote, after: Quote, today: Day, translator: QuoteTranslator): Difference[] {
  const show = (quote: Quote, part: OfferedPart): string | null => {
    switch (part) {
      case 'number':
      case 'title':
        return quote[part];
      case 'total':
        return formatMoney(quote.total, translator.locale);
      case 'issued_on':
      case 'valid_until': {
        const day = quote[part];
        return day === null ? null : formatDay(day, today, translator);
      }
      case 'file':
        return quote.file?.name ?? null;
      case 'description':
        return null;
    }
  };
  return changedParts(before, after).map((part) => {
    const change = { before: show(before, part), after: show(after, part) };
    return { part, change: change.before === change.after ? null : change };
  });
}
