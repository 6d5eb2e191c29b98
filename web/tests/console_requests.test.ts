import { describe, expect, test } from 'vitest';
import { whoAsked } from '../src/console/api/requests.ts';
import { makeConsoleTranslator } from '../src/console/i18n/words.ts';
import { answerOf, statesToChoose, valuesOf, wrongOf } from '../src/console/requests/answer_form.ts';
import { formatWish } from '../src/common/wish.ts';
import { differencesOf } from '../src/console/requests/words.ts';

const english = makeConsoleTranslator('en', ['en-GB']);
const spanish = makeConsoleTranslator('es', ['es-ES']);

const fresh = { state: 'submitted', reply: null, job: null } as const;
const planned = { state: 'scheduled', reply: 'We come on Friday.', job: { id: '7', number: 'J-1042' } } as const;

describe('the answer to a request', () => {
  test('holds only what differs from what was seen, and the state and reply that were seen', () => {
    expect(answerOf(valuesOf(fresh), fresh)).toBeNull();
    expect(answerOf(valuesOf(planned), planned)).toBeNull();
    expect(answerOf({ ...valuesOf(planned), state: 'completed' }, planned)).toEqual({ former_state: 'scheduled', former_reply: 'We come on Friday.', state: 'completed' });
    expect(answerOf({ state: 'scheduled', reply: ' We come on Monday. ', job_number: ' J-1042 ' }, planned)).toEqual({
      former_state: 'scheduled',
      former_reply: 'We come on Friday.',
      reply: 'We come on Monday.',
    });
  });

  test('a reply or a job that is emptied is taken away', () => {
    expect(answerOf({ state: 'scheduled', reply: ' ', job_number: '' }, planned)).toEqual({
      former_state: 'scheduled',
      former_reply: 'We come on Friday.',
      reply: null,
      job_number: null,
    });
  });

  test('blanks alone are no reply', () => {
    expect(answerOf({ ...valuesOf(fresh), reply: '  ' }, fresh)).toBeNull();
  });

  test.each([
    ['submitted', ['submitted', 'acknowledged', 'scheduled', 'completed', 'declined']],
    ['scheduled', ['acknowledged', 'scheduled', 'completed', 'declined']],
  ] as const)('from %s one chooses among %j', (state, choices) => {
    expect(statesToChoose(state)).toEqual(choices);
  });

  test('declining needs a reply, nothing else does', () => {
    expect(wrongOf({ state: 'declined', reply: ' ', job_number: '' }, english)).toMatchObject([{ field: 'reply' }]);
    expect(wrongOf({ state: 'declined', reply: 'Not our trade.', job_number: '' }, english)).toEqual([]);
    expect(wrongOf({ state: 'scheduled', reply: '', job_number: '' }, english)).toEqual([]);
  });
});

describe('what somebody else has changed', () => {
  test('is named with what was before', () => {
    expect(differencesOf(fresh, planned, english)).toEqual([
      { part: 'state', before: 'New', after: 'Planned' },
      { part: 'reply', before: null, after: 'We come on Friday.' },
      { part: 'job', before: null, after: '#J-1042' },
    ]);
    expect(differencesOf(planned, { ...planned, state: 'cancelled' }, spanish)).toEqual([{ part: 'state', before: 'Planificada', after: 'Cancelada' }]);
  });

  test('is nothing where only the moment differs', () => {
    expect(differencesOf(planned, { ...planned, job: { ...planned.job } }, english)).toEqual([]);
  });
});

describe('when it would suit the client', () => {
  const now = new Date('2026-11-30T23:30:00Z');
  const wish = (preferred_date: string | null, preferred_time: string | null, zone = 'Europe/London') =>
    formatWish({ preferred_date, preferred_time }, now, zone, english);

  test('a day, with the time where there is one', () => {
    expect(wish('2026-12-01', null)).toBe('Tomorrow, Tue 1 Dec');
    expect(wish('2026-12-01', '09:00')).toBe('Tomorrow, Tue 1 Dec, 9:00');
    expect(wish('2027-02-03', '14:30')).toBe('Wed 3 Feb 2027, 14:30');
    expect(wish(null, null)).toBeNull();
  });

  test('today is the day of the business', () => {
    expect(wish('2026-12-01', null, 'Europe/Madrid')).toBe('Today, Tue 1 Dec');
  });
});

test.each([
  [{ id: '1', name: 'Alex Morgan', email: 'alex@acme.example' }, 'Alex Morgan'],
  [{ id: '1', name: null, email: 'alex@acme.example' }, 'alex@acme.example'],
  [{ id: '1', name: null, email: null }, 'Acme'],
])('%j is called %s', (member, name) => expect(whoAsked({ member, client: { id: '9', name: 'Acme' } })).toBe(name));
