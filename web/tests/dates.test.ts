import { describe, expect, test } from 'vitest';
import { makeTranslator } from '../src/common/i18n/language.tsx';
import {
  dayOf,
  daysBetween,
  foreignZoneName,
  formatDay,
  formatMoment,
  knownZone,
  formatRelativeDay,
  formatTimeRange,
  formatWhen,
  groupByDay,
} from '../src/common/time/dates.ts';
import { formatDuration, formatWait } from '../src/common/time/durations.ts';

const british = makeTranslator('en', ['en-GB']);
const american = makeTranslator('en', ['en-US']);
const spanish = makeTranslator('es', ['es-ES']);
// Intl separates with narrow and other special spaces; which one is of no interest here.
const plain = (text: string) => text.replace(/\s/g, ' ');

describe('the day of an instant', () => {
  test.each([
    ['2026-11-24T23:30:00Z', 'Europe/London', '2026-11-24'],
    ['2026-11-24T23:30:00Z', 'Europe/Madrid', '2026-11-25'],
    ['2026-11-24T03:30:00Z', 'America/New_York', '2026-11-23'],
    ['2026-03-29T00:30:00Z', 'Europe/London', '2026-03-29'],
    ['2026-10-25T00:59:59Z', 'Europe/London', '2026-10-25'],
  ])('%s in %s is %s', (instant, zone, day) => {
    expect(dayOf(new Date(instant), zone)).toBe(day);
  });

  test('days are counted by the calendar, also where one has 23 or 25 hours', () => {
    expect(daysBetween('2026-03-28', '2026-03-29')).toBe(1);
    expect(daysBetween('2026-10-25', '2026-10-26')).toBe(1);
    expect(daysBetween('2026-12-31', '2027-01-01')).toBe(1);
    expect(daysBetween('2026-11-24', '2026-11-22')).toBe(-2);
  });
});

describe('dates as people say them', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  const start = new Date('2026-11-24T09:00:00Z');
  const end = new Date('2026-11-24T11:00:00Z');

  test('the example of the design', () => {
    expect(plain(formatWhen(start, end, now, 'Europe/London', british))).toBe('Tomorrow, Tue 24 Nov, 9:00–11:00');
  });

  test('in Spanish and in the zone of the account', () => {
    expect(plain(formatWhen(start, end, now, 'Europe/Madrid', spanish))).toBe('Mañana, mar 24 nov, 10:00–12:00');
  });

  test('with a 12-hour clock the half of the day is said once', () => {
    expect(plain(formatTimeRange(start, end, 'Europe/London', american))).toBe('9:00 – 11:00 AM');
  });

  test('without an end there is only a start', () => {
    expect(formatTimeRange(start, null, 'Europe/London', british)).toBe('9:00');
  });

  test('an end on another day carries its date', () => {
    expect(plain(formatTimeRange(start, new Date('2026-11-25T01:30:00Z'), 'Europe/London', british))).toBe('9:00–Wed 25 Nov, 1:30');
  });

  test.each([
    ['2026-11-22', 'Yesterday, Sun 22 Nov'],
    ['2026-11-23', 'Today, Mon 23 Nov'],
    ['2026-11-24', 'Tomorrow, Tue 24 Nov'],
    ['2026-11-25', 'Wed 25 Nov'],
    ['2026-11-21', 'Sat 21 Nov'],
  ])('%s is "%s"', (day, text) => {
    expect(plain(formatRelativeDay(day, '2026-11-23', british))).toBe(text);
  });

  test('another year is named', () => {
    expect(formatDay('2027-01-04', '2026-11-23', british)).toContain('2027');
    expect(formatDay('2026-12-31', '2026-11-23', british)).not.toContain('2026');
  });

  test('the evening before midnight in the zone of the account is still today there', () => {
    const late = new Date('2026-11-23T23:30:00Z');
    expect(formatWhen(late, null, now, 'Europe/London', british)).toContain('Today');
    expect(formatWhen(late, null, now, 'Europe/Madrid', british)).toContain('Tomorrow');
  });
});

describe("a moment of the reader's own clock", () => {
  const instant = new Date('2026-11-24T23:30:00Z');

  test('today: the time alone', () => {
    expect(formatMoment(instant, new Date('2026-11-24T23:40:00Z'), british, 'Europe/London')).toBe('23:30');
  });

  test('another day: the day, too', () => {
    expect(formatMoment(instant, new Date('2026-11-25T00:10:00Z'), british, 'Europe/London')).toBe('Tue 24 Nov, 23:30');
    expect(formatMoment(instant, new Date('2026-11-25T00:10:00Z'), british, 'Europe/Madrid')).toBe('0:30');
  });
});

describe('the zone is named where it differs', () => {
  const instant = new Date('2026-11-24T09:00:00Z');

  test('another wall clock: named', () => {
    expect(foreignZoneName([instant], 'Europe/Madrid', british, 'Europe/London')).toMatch(/\w/);
  });

  test('another name with the same wall clock: not named', () => {
    expect(foreignZoneName([instant], 'Europe/London', british, 'Europe/Lisbon')).toBeNull();
  });

  test('one differing instant is enough', () => {
    const summer = new Date('2026-07-01T09:00:00Z');
    expect(foreignZoneName([instant, summer], 'Europe/London', british, 'Africa/Abidjan')).not.toBeNull();
    expect(foreignZoneName([instant], 'Europe/London', british, 'Africa/Abidjan')).toBeNull();
  });

  test('nothing to show, nothing to name', () => {
    expect(foreignZoneName([], 'Europe/Madrid', british, 'Europe/London')).toBeNull();
  });
});

describe('grouping by day', () => {
  const job = (id: string, scheduled_at: string | null) => ({ id, scheduled_at });

  test('jobs of one day in the zone stand together, in the order of the server', () => {
    const jobs = [
      job('1', '2026-11-23T22:30:00Z'),
      job('2', '2026-11-23T23:30:00Z'),
      job('3', '2026-11-24T08:00:00Z'),
      job('4', null),
      job('5', null),
    ];
    const groups = groupByDay(jobs, 'Europe/Madrid');
    expect(groups.map(({ day, items }) => [day, items.map(({ id }) => id)])).toEqual([
      ['2026-11-23', ['1']],
      ['2026-11-24', ['2', '3']],
      [null, ['4', '5']],
    ]);
  });

  test('newest first stays newest first', () => {
    const jobs = [job('1', '2026-11-24T08:00:00Z'), job('2', '2026-11-22T08:00:00Z')];
    expect(groupByDay(jobs, 'Europe/London').map(({ day }) => day)).toEqual(['2026-11-24', '2026-11-22']);
  });

  test('no jobs, no groups', () => {
    expect(groupByDay([], 'Europe/London')).toEqual([]);
  });
});

describe('durations', () => {
  test.each([
    [30, '30 min'],
    [60, '1 h'],
    [90, '1 h 30 min'],
    [0, '0 min'],
  ])('%i minutes', (minutes, text) => {
    expect(formatDuration(minutes, british)).toBe(text);
  });

  test.each([
    [0, '1 second'],
    [30, '30 seconds'],
    [60, '1 minute'],
    [61, '2 minutes'],
  ])('a wait of %i seconds', (seconds, text) => {
    expect(formatWait(seconds, british)).toBe(text);
  });
});

test('a zone that the browser names and does not know is that of UTC', () => {
  expect(knownZone('Nowhere/Land')).toBe('UTC');
  expect(knownZone('Europe/Madrid')).toBe('Europe/Madrid');
});
