import type { Translator } from '../i18n/language.tsx';
import { dateFormat } from '../formats.ts';

// A day is written YYYY-MM-DD: such texts compare and sort like the days they name, whatever the zone of the browser.
export type Day = string;

export function dayOf(instant: Date, timeZone: string): Day {
  const parts = dateFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / 86_400_000);
}

export function dayAfter(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

// "Tue 24 Nov", with the year where it is not this one.
export function formatDay(day: Day, today: Day, { locale, t }: Translator): string {
  const instant = new Date(`${day}T00:00Z`);
  const options: Parameters<typeof dateFormat>[1] = { day: 'numeric', month: 'short', timeZone: 'UTC' };
  if (day.slice(0, 4) !== today.slice(0, 4)) options.year = 'numeric';
  // Joined here, because browsers disagree about a comma between the two.
  const weekday = dateFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(instant);
  return t('day.weekday', { weekday, date: dateFormat(locale, options).format(instant) });
}

// "Tomorrow, Tue 24 Nov"
export function formatRelativeDay(day: Day, today: Day, translator: Translator): string {
  const date = formatDay(day, today, translator);
  const word = relativeWord(daysBetween(today, day), translator);
  return word === null ? date : translator.t('day.relative', { word, date });
}

function relativeWord(distance: number, { t }: Translator): string | null {
  switch (distance) {
    case -1:
      return t('day.yesterday');
    case 0:
      return t('day.today');
    case 1:
      return t('day.tomorrow');
    default:
      return null;
  }
}

export function formatTime(instant: Date, timeZone: string, { locale }: Translator): string {
  return dateFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone }).format(instant);
}

// "14:05": a time of day belongs to no zone.
export function formatClock(time: string, translator: Translator): string {
  return formatTime(new Date(`1970-01-01T${time}:00Z`), 'UTC', translator);
}

// "9:00–11:00"; an end on another day carries its date.
export function formatTimeRange(start: Date, end: Date | null, timeZone: string, translator: Translator): string {
  const startText = formatTime(start, timeZone, translator);
  if (end === null) return startText;
  const endDay = dayOf(end, timeZone);
  const startDay = dayOf(start, timeZone);
  if (endDay === startDay) {
    const format = dateFormat(translator.locale, { hour: 'numeric', minute: '2-digit', timeZone });
    // The range of Intl says AM and PM only once, but pads the hour of a 24-hour clock in some languages.
    if (format.resolvedOptions().hour12 === true) return format.formatRange(start, end);
    return translator.t('day.range', { start: startText, end: format.format(end) });
  }
  const endText = translator.t('day.date_time', {
    date: formatDay(endDay, startDay, translator),
    time: formatTime(end, timeZone, translator),
  });
  return translator.t('day.range', { start: startText, end: endText });
}

// "Tomorrow, Tue 24 Nov, 9:00–11:00"
export function formatWhen(start: Date, end: Date | null, now: Date, timeZone: string, translator: Translator): string {
  const date = formatRelativeDay(dayOf(start, timeZone), dayOf(now, timeZone), translator);
  return translator.t('day.date_time', { date, time: formatTimeRange(start, end, timeZone, translator) });
}

// "Sun 29 Nov, 14:05", for the middle of a sentence.
export function formatDateTime(instant: Date, now: Date, timeZone: string, translator: Translator): string {
  const date = formatDay(dayOf(instant, timeZone), dayOf(now, timeZone), translator);
  return translator.t('day.date_time', { date, time: formatTime(instant, timeZone, translator) });
}

// "14:05", or "Sun 29 Nov, 14:05" when that was another day: when something happened here, by the reader's own clock.
export function formatMoment(instant: Date, now: Date, translator: Translator, ownZone?: string): string {
  const zone = ownZone ?? ownTimeZone();
  const isToday = dayOf(instant, zone) === dayOf(now, zone);
  return isToday ? formatTime(instant, zone, translator) : formatDateTime(instant, now, zone, translator);
}

// The name of the zone, where the reader's own clock shows something else at one of the given instants; otherwise null.
export function foreignZoneName(instants: readonly Date[], timeZone: string, { locale }: Translator, ownZone?: string): string | null {
  const zone = ownZone ?? ownTimeZone();
  // Nearly everybody lives where the business does.
  if (zone === timeZone || instants.every((instant) => wallClock(instant, timeZone) === wallClock(instant, zone))) return null;
  const parts = dateFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(instants[0]);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}

// Asked for by each line of a list, and another one only when somebody travels.
const kOwnZoneMilliseconds = 1000;
let own = { zone: '', until: 0 };

function ownTimeZone(): string {
  const now = performance.now();
  if (now >= own.until) own = { zone: knownZone(new Intl.DateTimeFormat().resolvedOptions().timeZone), until: now + kOwnZoneMilliseconds };
  return own.zone;
}

// A browser that does not know where it is names a zone that it does not take back (Etc/Unknown), and shows the time of UTC.
export function knownZone(zone: string): string {
  try {
    dateFormat('en-US', { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}

function wallClock(instant: Date, timeZone: string): string {
  return dateFormat('en-US', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(instant);
}

export interface DayGroup<Item> {
  day: Day | null;
  items: Item[];
}

// Neighbours with the same day share a group. The order is the server's: sorting here would tear pages apart.
export function groupByDay<Item extends { scheduled_at: string | null }>(items: readonly Item[], timeZone: string): DayGroup<Item>[] {
  const groups: DayGroup<Item>[] = [];
  for (const item of items) {
    const day = item.scheduled_at === null ? null : dayOf(new Date(item.scheduled_at), timeZone);
    const last = groups.at(-1);
    if (last !== undefined && last.day === day) {
      last.items.push(item);
    } else {
      groups.push({ day, items: [item] });
    }
  }
  return groups;
}
