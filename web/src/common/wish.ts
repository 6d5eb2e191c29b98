import type { Translator } from './i18n/language.tsx';
import { dayOf, formatClock, formatRelativeDay } from './time/dates.ts';

// When something that is asked for would suit the client, by the business's clock: no date.
export interface Wish {
  readonly preferred_date: string | null;
  readonly preferred_time: string | null;
}

// "Tomorrow, Tue 24 Nov, 9:30"; null: no day was asked for.
export function formatWish({ preferred_date: day, preferred_time: time }: Wish, now: Date, timeZone: string, translator: Translator): string | null {
  if (day === null) return null;
  const date = formatRelativeDay(day, dayOf(now, timeZone), translator);
  return time === null ? date : translator.t('day.date_time', { date, time: formatClock(time, translator) });
}

// Read as UTC a wish is near enough to tell whether the reader's clock differs then.
export function wishInstants({ preferred_date: day, preferred_time: time }: Wish): Date[] {
  return day === null || time === null ? [] : [new Date(`${day}T${time}Z`)];
}
