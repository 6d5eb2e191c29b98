import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WorkRequestSummary } from '../src/common/api/client.ts';
import { problemOf } from '../src/common/api/failure.ts';
import { makeRequestTranslator } from '../src/member/i18n/requests.ts';
import { bodyOf, refusedErrors, requestErrors, valuesOf, type RequestValues } from '../src/member/requests/form.ts';
import { parseRequestsShown, requestsPath } from '../src/member/requests/query.ts';
import { dropDraftsOfOthers, forgetDraft, forgetDrafts, keepDraft, recallDraft } from '../src/member/state/drafts.ts';
import { formatWish } from '../src/common/wish.ts';
import { formatSent, isOpen } from '../src/member/requests/words.ts';

const english = makeRequestTranslator('en', ['en-GB']);
const spanish = makeRequestTranslator('es', ['es-ES']);
const emptyRequest = valuesOf({});

describe('what stands in the address', () => {
  test.each([
    ['', 'open', '/requests'],
    ['?state=open', 'open', '/requests'],
    ['?state=closed', 'closed', '/requests?state=closed'],
    ['?state=submitted', 'open', '/requests'],
    ['?state=toString', 'open', '/requests'],
  ] as const)('%s', (search, shown, path) => {
    expect(parseRequestsShown(search)).toBe(shown);
    expect(requestsPath(shown)).toBe(path);
  });
});

describe('what is wrong with a request', () => {
  const today = '2026-11-30';
  const good: RequestValues = { ...emptyRequest, subject: 'Boiler' };
  const wrong = (change: Partial<RequestValues>, unfinished: string[] = []) =>
    requestErrors({ ...good, ...change }, unfinished, today, english).map(({ field }) => field);

  test.each([
    ['nothing', {}, []],
    ['no subject', { subject: '  ' }, ['subject']],
    ['a subject of 200 characters', { subject: '🔧'.repeat(200) }, []],
    ['a subject of 201', { subject: '🔧'.repeat(201) }, ['subject']],
    ['4,000 characters of notes', { notes: `${'é'.repeat(4000)}\n` }, []],
    ['one more', { notes: 'é'.repeat(4001) }, ['notes']],
    ['yesterday', { preferred_date: '2026-11-29' }, ['preferred_date']],
    ['today', { preferred_date: '2026-11-30', preferred_time: '00:00' }, []],
    ['730 days ahead', { preferred_date: '2028-11-29' }, []],
    ['731 days ahead', { preferred_date: '2028-11-30' }, ['preferred_date']],
    ['a time without a day', { preferred_time: '09:30' }, ['preferred_date']],
    ['everything', { subject: '', notes: 'x'.repeat(5000), preferred_date: '1999-01-01' }, ['subject', 'notes', 'preferred_date']],
  ] as const)('%s', (_, change, fields) => {
    expect(wrong(change)).toEqual(fields);
  });

  test('half a day or half a time is no day and no time, and is said once', () => {
    expect(wrong({}, ['preferred_date'])).toEqual(['preferred_date']);
    expect(wrong({ preferred_time: '09:30' }, ['preferred_date'])).toEqual(['preferred_date']);
    expect(wrong({ preferred_date: '2026-12-01' }, ['preferred_time'])).toEqual(['preferred_time']);
  });
});

test('what is empty is not sent, and blanks around the rest are not either', () => {
  expect(bodyOf({ ...emptyRequest, subject: ' Boiler ', notes: ' \n' })).toEqual({ subject: 'Boiler' });
  expect(bodyOf({ subject: 'Boiler', site_id: '31', notes: 'a\nb\n', preferred_date: '2026-12-04', preferred_time: '09:30' })).toEqual({
    subject: 'Boiler',
    site_id: '31',
    notes: 'a\nb',
    preferred_date: '2026-12-04',
    preferred_time: '09:30',
  });
});

describe('what the server refuses', () => {
  const refused = (errors: { pointer: string; code: string }[]) =>
    refusedErrors(problemOf(400, { code: 'invalid_field', errors }, null), (code) => `usual ${code}`, english);

  test('stands next to its field, in words of the form where it has some', () => {
    expect(refused([{ pointer: '/site_id', code: 'unknown_id' }, { pointer: '/preferred_date', code: 'out_of_range' }, { pointer: '/subject', code: 'invalid' }])).toEqual([
      { field: 'site_id', text: 'This site is not there any more. Choose another.' },
      { field: 'preferred_date', text: 'Choose today or a later day, at most two years ahead.' },
      { field: 'subject', text: 'usual invalid' },
    ]);
    expect(refused([{ pointer: '/brand_new', code: 'invalid' }])).toEqual([{ field: null, text: 'usual invalid' }]);
  });

  test('anything else is the matter of the usual words', () => {
    expect(refused([])).toBeNull();
    expect(refusedErrors(problemOf(409, { code: 'conflict' }, null), String, english)).toBeNull();
    expect(refusedErrors({ kind: 'offline' }, String, english)).toBeNull();
  });
});

describe('a draft', () => {
  const values: RequestValues = { ...emptyRequest, subject: 'Boiler', notes: 'Since Monday' };
  let kept: Map<string, string>;

  beforeEach(() => {
    kept = new Map();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
  });
  afterEach(() => void vi.unstubAllGlobals());

  test('comes back to the same membership until it is forgotten', () => {
    keepDraft('request', '7', values);
    expect(recallDraft('request', '7')).toEqual(values);
    expect(recallDraft('request', '7')).toEqual(values);
    forgetDraft('request');
    expect(recallDraft('request', '7')).toBeNull();
  });

  test('goes with the first membership that is another one', () => {
    keepDraft('request', '7', values);
    expect(recallDraft('request', '8')).toBeNull();
    expect(kept.size).toBe(0);
  });

  test('of one kind is none of another, and all of them go when somebody else comes or signs out', () => {
    keepDraft('request', '7', values);
    keepDraft('quotes', '7', { '41.reason': 'Too dear' });
    expect(recallDraft('quotes', '7')).toEqual({ '41.reason': 'Too dear' });
    dropDraftsOfOthers('7');
    expect(kept.size).toBe(2);
    dropDraftsOfOthers('8');
    expect(kept.size).toBe(0);
    keepDraft('request', '7', values);
    keepDraft('quotes', '7', { '41.reason': 'Too dear' });
    forgetDrafts();
    expect(kept.size).toBe(0);
  });

  test.each(['', 'nonsense', '7', 'null', '[]', '{}', '{"membership":7,"texts":{}}'])('%j is none', (text) => {
    kept.set('portico.request', text);
    expect(recallDraft('request', '7')).toBeNull();
  });

  test('of another build is read as far as it goes', () => {
    kept.set('portico.request', JSON.stringify({ membership: '7', texts: { subject: 'Boiler', notes: 3, more: 'x' } }));
    expect(valuesOf(recallDraft('request', '7')!)).toEqual({ ...emptyRequest, subject: 'Boiler' });
  });

  test('without texts is an empty one', () => {
    kept.set('portico.request', '{"membership":"7"}');
    expect(valuesOf(recallDraft('request', '7')!)).toEqual(emptyRequest);
  });

  test('is not missed where storage is forbidden', () => {
    vi.stubGlobal('sessionStorage', {
      getItem: () => { throw new Error('forbidden'); },
      setItem: () => { throw new Error('forbidden'); },
      removeItem: () => { throw new Error('forbidden'); },
    });
    expect(() => {
      keepDraft('request', '7', values);
      forgetDraft('request');
    }).not.toThrow();
    expect(recallDraft('request', '7')).toBeNull();
  });
});

describe('words for a request', () => {
  const request: WorkRequestSummary = {
    id: '81',
    number: 12,
    subject: 'Boiler',
    state: 'submitted',
    site: null,
    preferred_date: '2026-12-01',
    preferred_time: '09:30',
    // Another day already where the business is.
    created_at: '2026-11-29T23:30:00Z',
    changed_at: '2026-11-29T23:30:00Z',
    created_by: { name: 'Anna Moore' },
    is_own: false,
  };
  const now = new Date('2026-11-30T12:00:00Z');
  const zone = 'Europe/Madrid';

  test('the wish', () => {
    expect(formatWish(request, now, zone, english)).toBe('Tomorrow, Tue 1 Dec, 9:30');
    expect(formatWish({ ...request, preferred_time: null }, now, zone, spanish)).toBe('Mañana, mar 1 dic');
    expect(formatWish({ ...request, preferred_date: null, preferred_time: null }, now, zone, english)).toBeNull();
  });

  test('when it was sent, and by whom if that was somebody else', () => {
    expect(formatSent(request, now, zone, english)).toBe('sent Mon 30 Nov by Anna Moore');
    expect(formatSent({ ...request, is_own: true }, now, zone, english)).toBe('sent Mon 30 Nov');
    expect(formatSent({ ...request, created_by: { name: null } }, now, zone, spanish)).toBe('enviada el lun 30 nov');
  });

  test('open are those that wait for something', () => {
    const states = ['submitted', 'acknowledged', 'scheduled', 'completed', 'declined', 'cancelled'] as const;
    expect(states.filter(isOpen)).toEqual(['submitted', 'acknowledged', 'scheduled']);
  });
});
