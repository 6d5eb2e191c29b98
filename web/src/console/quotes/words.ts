import { formatMoney } from '../../common/numbers.ts';
import { changedParts, fewDaysLeft } from '../../common/quotes.ts';
import { formatDay, type Day } from '../../common/time/dates.ts';
import type { OfferedQuote, QuoteDecision, WholeQuote } from '../api/quotes.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// How a quote is written wherever the console shows one.

// "3 days left", where that is a reason to ask; otherwise null.
export function formatHurry(quote: Pick<OfferedQuote, 'state' | 'valid_until'>, today: Day, { t }: ConsoleTranslator): string | null {
  const left = fewDaysLeft(quote, today);
  if (left === null) return null;
  return left === 0 ? t('offered.last_day') : t('offered.days_left', { count: left });
}

// "Sun 20 Dec, 3 days left"; null where it ends at no time.
export function formatLast(quote: Pick<OfferedQuote, 'state' | 'valid_until'>, today: Day, translator: ConsoleTranslator): string | null {
  if (quote.valid_until === null) return null;
  return [formatDay(quote.valid_until, today, translator), formatHurry(quote, today, translator)].filter((part) => part !== null).join(', ');
}

// Who decided it and how that was said: "Anna Moore, by phone".
export function formatWho({ decided_by: by, method }: QuoteDecision, { t }: ConsoleTranslator): string {
  const how = t(`offered.by.${method}`);
  return by.name === null ? how : t('offered.who', { name: by.name, how });
}

export interface Difference {
  readonly part: 'state' | ReturnType<typeof changedParts>[number];
  readonly before: string | null;
  readonly after: string | null;
}

// What somebody else has changed between two looks at the same quote. Of what is long, or has the same words as before, only that it has.
export function differencesOf(before: WholeQuote, after: WholeQuote, today: Day, translator: ConsoleTranslator): Difference[] {
  const { t, locale } = translator;
  const parts = (quote: WholeQuote) => ({
    state: t(`offered.state.${quote.state}`),
    number: quote.number,
    title: quote.title,
    total: formatMoney(quote.total, locale),
    issued_on: formatDay(quote.issued_on, today, translator),
    valid_until: quote.valid_until === null ? null : formatDay(quote.valid_until, today, translator),
    description: null,
    file: quote.file?.name ?? null,
  });
  const [old, now] = [parts(before), parts(after)];
  const changed: Difference['part'][] = [...(before.state === after.state ? [] : (['state'] as const)), ...changedParts(before, after)];
  return changed.map((part) => {
    const isSame = old[part] === now[part];
    return { part, before: old[part], after: isSame ? t('offered.is_new') : now[part] };
  });
}
