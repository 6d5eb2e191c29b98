import { describe, expect, test } from 'vitest';
import type { QuoteDecision, WholeQuote } from '../src/console/api/quotes.ts';
import { makeConsoleTranslator } from '../src/console/i18n/words.ts';
import { quotesQuery } from '../src/console/quotes/query.ts';
import { bodyOf, canBeRecorded, nothingRecorded, wrongOf, type RecordValues } from '../src/console/quotes/record_form.ts';
import { differencesOf, formatLast, formatWho } from '../src/console/quotes/words.ts';

const english = makeConsoleTranslator('en', ['en-GB']);
const spanish = makeConsoleTranslator('es', ['es-ES']);
const today = '2026-11-30';

const decision: QuoteDecision = {
  decision: 'accepted',
  reason: null,
  decided_at: '2026-11-24T10:00:00Z',
  decided_by: { name: 'Anna Moore' },
  method: 'phone',
  revision: 2,
  total: { amount: 284000, currency: 'GBP' },
};
const quote: WholeQuote = {
  id: '41',
  number: 'Q-31',
  title: 'New boiler',
  state: 'pending_approval',
  revision: 2,
  issued_on: '2026-11-20',
  valid_until: '2026-12-04',
  total: { amount: 284000, currency: 'GBP' },
  job: null,
  file: null,
  decision: null,
  client: { id: '9', name: 'Acme' },
  visible: true,
  description: null,
  decisions: [],
};

test('what the address of the console says wrongly is not asked for', () => {
  expect(quotesQuery({ q: ' Q-1 ', state: 'closed', client_id: '12' })).toEqual({ q: 'Q-1', state: 'closed', client_id: '12' });
  expect(quotesQuery({ q: '  ', state: 'expired', client_id: '012' })).toEqual({});
  expect(quotesQuery({ client_id: '12x' })).toEqual({});
  expect(quotesQuery({ q: 'é'.repeat(120) })['q']).toHaveLength(100);
});

describe('what a client said elsewhere', () => {
  const said: RecordValues = { decision: 'accepted', method: 'phone', decided_by: ' Anna Moore ', reason: '' };
  const fields = (change: Partial<RecordValues>) => wrongOf({ ...said, ...change }, english).map(({ field }) => field);

  test('is chosen by whoever records it', () => {
    expect(wrongOf(nothingRecorded, english).map(({ field }) => field)).toEqual(['decision', 'method']);
    expect(fields({})).toEqual([]);
  });

  test.each([
    ['declined', ' ', ['reason']],
    ['declined', 'Too dear', []],
    ['changes_requested', '', ['reason']],
    ['accepted', '', []],
  ] as const)('%s with the reason %j', (wanted, reason, wrong) => {
    expect(fields({ decision: wanted, reason })).toEqual(wrong);
  });

  test('is about the revision that was seen, and holds what is given', () => {
    expect(bodyOf(said, quote)).toEqual({ revision: 2, decision: 'accepted', method: 'phone', decided_by: 'Anna Moore' });
    expect(bodyOf({ ...said, decided_by: ' ', reason: ' PO 7 ' }, { revision: 3 })).toEqual({ revision: 3, decision: 'accepted', method: 'phone', reason: 'PO 7' });
    expect(bodyOf({ ...said, method: '' }, quote)).toBeNull();
  });

  test('can still be said when the last day is over, and no more when it was decided or replaced', () => {
    const states = ['pending_approval', 'changes_requested', 'accepted', 'declined', 'expired', 'superseded'] as const;
    expect(states.filter(canBeRecorded)).toEqual(['pending_approval', 'changes_requested', 'expired']);
  });
});

test('the last day, and how near it is', () => {
  expect(formatLast(quote, today, english)).toBe('Fri 4 Dec, 4 days left');
  expect(formatLast({ ...quote, valid_until: '2026-12-01' }, today, spanish)).toBe('mar 1 dic, queda 1 día');
  expect(formatLast({ ...quote, valid_until: today }, today, english)).toBe('Mon 30 Nov, last day');
  expect(formatLast({ ...quote, state: 'accepted' }, today, english)).toBe('Fri 4 Dec');
  expect(formatLast({ ...quote, valid_until: null }, today, english)).toBeNull();
});

test('who decided, and how that was said', () => {
  expect(formatWho(decision, english)).toBe('Anna Moore, by phone');
  expect(formatWho({ ...decision, method: 'portal' }, spanish)).toBe('Anna Moore, en el portal');
  expect(formatWho({ ...decision, method: 'other', decided_by: { name: null } }, english)).toBe('recorded by staff');
});

describe('what somebody else has changed', () => {
  test('is named with what was before', () => {
    const found = differencesOf(quote, { ...quote, state: 'declined', total: { amount: 1, currency: 'EUR' }, valid_until: null }, today, english);
    expect(found.map(({ part, before, after }) => [part, before, after])).toEqual([
      ['state', 'Waiting for the client', 'Declined'],
      ['total', '£2,840.00', '€0.01'],
      ['valid_until', 'Fri 4 Dec', null],
    ]);
    expect(differencesOf(quote, { ...quote, number: 'Q-32', issued_on: '2026-11-23', revision: 3 }, today, spanish).map(({ part, before, after }) => [part, before, after])).toEqual([
      ['number', 'Q-31', 'Q-32'],
      ['issued_on', 'vie 20 nov', 'lun 23 nov'],
    ]);
  });

  test('is only said to differ where the words are long', () => {
    expect(differencesOf(quote, { ...quote, description: 'A boiler.' }, today, english)).toEqual([{ part: 'description', before: null, after: 'changed' }]);
  });

  test('is nothing where only the moment or the switch differs', () => {
    expect(differencesOf(quote, { ...quote, visible: false, revision: 3 }, today, english)).toEqual([]);
  });
});
