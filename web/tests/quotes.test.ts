import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Quote, QuoteDecision, QuoteSummary } from '../src/common/api/client.ts';
import { problemOf } from '../src/common/api/failure.ts';
import { changedParts, fewDaysLeft, isAnotherOffer, isOpen } from '../src/common/quotes.ts';
import { makeQuoteTranslator } from '../src/member/i18n/quotes.ts';
import { arrivedOf, draftOf, nothingTyped, withDraft } from '../src/member/quotes/draft.ts';
import { bodyOf, isUnsent, noteErrors, reasonErrors, refusedErrors } from '../src/member/quotes/form.ts';
import { forgetAnswer, keepAnswer } from '../src/member/quotes/use_draft.ts';
import { countOf, parseQuotesShown, quoteLists, quotesPath, waitingFirst } from '../src/member/quotes/query.ts';
import { differencesOf, formatHurry, formatValid, formatWhoAndWhen } from '../src/member/quotes/words.ts';
import { recallDraft } from '../src/member/state/drafts.ts';

const english = makeQuoteTranslator('en', ['en-GB']);
const spanish = makeQuoteTranslator('es', ['es-ES']);
const today = '2026-11-30';
const zone = 'Europe/Madrid';
const plain = (text: string | null) => text?.replaceAll('\u00a0', ' ') ?? null;

const accepted: QuoteDecision = {
  decision: 'accepted',
  reason: null,
  // Another day already where the business is.
  decided_at: '2026-11-23T23:30:00Z',
  decided_by: { name: 'Anna Moore' },
  method: 'portal',
  revision: 2,
  total: { amount: 284000, currency: 'GBP' },
};
const summary: QuoteSummary = {
  id: '41',
  number: 'Q-31',
  title: 'New boiler',
  state: 'pending_approval',
  revision: 2,
  issued_on: '2026-11-20',
  valid_until: '2026-12-20',
  total: { amount: 284000, currency: 'GBP' },
  job: null,
  file: { name: 'Q-31.pdf', type: 'application/pdf', size: 48211, url: '/api/v1/quotes/41/content' },
  decision: null,
};
const quote: Quote = { ...summary, description: 'A boiler.', decisions: [] };

describe('the address of the quotes page', () => {
  test.each([
    ['', 'open', '/quotes'],
    ['?state=open', 'open', '/quotes'],
    ['?state=accepted', 'accepted', '/quotes?state=accepted'],
    ['?state=closed', 'closed', '/quotes?state=closed'],
    ['?state=declined', 'open', '/quotes'],
    ['?state=toString', 'open', '/quotes'],
  ] as const)('%s', (search, shown, path) => {
    expect(parseQuotesShown(search)).toBe(shown);
    expect(quotesPath(shown)).toBe(path);
  });

  test('each list counts what it shows', () => {
    const counts = { pending_approval: 1, changes_requested: 2, accepted: 4, declined: 8, expired: 16, superseded: 32 };
    expect(quoteLists.map((list) => countOf(list, counts))).toEqual([3, 4, 56]);
  });

  test('what waits for the client comes first, otherwise the order stays', () => {
    const items = ['changes_requested', 'pending_approval', 'changes_requested', 'pending_approval'].map((state, id) => ({ id, state }));
    expect(waitingFirst(items).map(({ id }) => id)).toEqual([1, 3, 0, 2]);
  });
});

describe('until when a quote holds', () => {
  test.each([
    ['2026-12-20', null, 'Valid until Sun 20 Dec', 'Válido hasta el dom 20 dic'],
    ['2026-12-08', null, 'Valid until Tue 8 Dec', 'Válido hasta el mar 8 dic'],
    ['2026-12-07', '7 days left', 'Valid until Mon 7 Dec, 7 days left', 'Válido hasta el lun 7 dic, quedan 7 días'],
    ['2026-12-01', '1 day left', 'Valid until Tue 1 Dec, 1 day left', 'Válido hasta el mar 1 dic, queda 1 día'],
    ['2026-11-30', 'today is the last day', 'Valid until Mon 30 Nov, today is the last day', 'Válido hasta el lun 30 nov, hoy es el último día'],
    ['2026-11-29', null, 'Valid until Sun 29 Nov', 'Válido hasta el dom 29 nov'],
    [null, null, 'Issued Fri 20 Nov', 'Emitido el vie 20 nov'],
  ] as const)('%s', (last, hurry, inEnglish, inSpanish) => {
    const open = { ...summary, valid_until: last };
    expect(formatHurry(open, today, english)).toBe(hurry);
    expect(formatValid(open, today, zone, english)).toBe(inEnglish);
    expect(formatValid({ ...open, state: 'changes_requested' }, today, zone, spanish)).toBe(inSpanish);
  });

  test('says nothing of a hurry once there is nothing to decide', () => {
    const states = ['pending_approval', 'changes_requested', 'accepted', 'declined', 'expired', 'superseded'] as const;
    expect(states.filter(isOpen)).toEqual(['pending_approval', 'changes_requested']);
    expect(states.map((state) => fewDaysLeft({ state, valid_until: '2026-12-02' }, today))).toEqual([2, 2, null, null, null, null]);
    expect(formatValid({ ...summary, state: 'expired', valid_until: '2026-11-29' }, today, zone, english)).toBe('Was valid until Sun 29 Nov');
  });

  test('gives way to who decided, by the clock of the business', () => {
    const decided = { ...summary, state: 'accepted', decision: accepted } as const;
    expect(formatValid(decided, today, zone, english)).toBe('Accepted Tue 24 Nov by Anna Moore');
    expect(formatValid({ ...decided, state: 'declined', decision: { ...accepted, decision: 'declined', decided_by: { name: null } } }, today, zone, spanish)).toBe(
      'Rechazado el mar 24 nov',
    );
    // A wish for changes is no end of it.
    expect(formatValid({ ...summary, state: 'changes_requested', decision: { ...accepted, decision: 'changes_requested' } }, today, zone, english)).toBe('Valid until Sun 20 Dec');
  });
});

test('who decided and when, and how if it was not here', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  expect(formatWhoAndWhen(accepted, now, zone, 'Brightwater', english)).toBe('Tue 24 Nov, 0:30 · Anna Moore');
  expect(formatWhoAndWhen({ ...accepted, method: 'phone' }, now, 'UTC', 'Brightwater', english)).toBe('Mon 23 Nov, 23:30 · Anna Moore · By phone, recorded by Brightwater');
  expect(formatWhoAndWhen({ ...accepted, method: 'other', decided_by: { name: null } }, now, 'UTC', 'Brightwater', spanish)).toBe('lun 23 nov, 23:30 · Anotado por Brightwater');
});

describe('what has changed of that which one would agree to', () => {
  const differences = (change: Partial<Quote>) =>
    differencesOf(quote, { ...quote, ...change }, today, english).map(({ part, change: how }) => [part, how === null ? null : [plain(how.before), plain(how.after)]]);

  test('is named with what was before', () => {
    expect(differences({ total: { amount: 299000, currency: 'GBP' } })).toEqual([['total', ['£2,840.00', '£2,990.00']]]);
    expect(differences({ title: null, valid_until: '2026-12-24' })).toEqual([
      ['title', ['New boiler', null]],
      ['valid_until', ['Sun 20 Dec', 'Thu 24 Dec']],
    ]);
    expect(differences({ file: null })).toEqual([['file', ['Q-31.pdf', null]]]);
    expect(differences({ number: 'Q-32', issued_on: '2026-11-23', revision: 3 })).toEqual([
      ['number', ['Q-31', 'Q-32']],
      ['issued_on', ['Fri 20 Nov', 'Mon 23 Nov']],
    ]);
  });

  test('is only said to differ where the words are long or the same', () => {
    expect(differences({ description: 'A larger boiler.', file: { ...quote.file!, size: 50000 } })).toEqual([
      ['description', null],
      ['file', null],
    ]);
    expect(changedParts(quote, { ...quote, total: { amount: 284000, currency: 'EUR' } })).toEqual(['total']);
  });

  test('is the document where only the revision tells', () => {
    expect(differences({ revision: 3 })).toEqual([['file', null]]);
    expect(changedParts({ ...quote, file: null }, { ...quote, file: null, revision: 3 })).toEqual([]);
    expect(changedParts({ ...quote, file: null }, { ...quote, revision: 3 })).toEqual(['file']);
  });

  test('is nothing where something else differs', () => {
    expect(differences({ state: 'changes_requested', decisions: [accepted] })).toEqual([]);
  });

  test('makes it another offer, whether or not the revision says so', () => {
    expect(isAnotherOffer(quote, { ...quote, revision: 3, file: null })).toBe(true);
    expect(isAnotherOffer({ ...quote, file: null }, { ...quote, file: null, revision: 3 })).toBe(true);
    expect(isAnotherOffer({ ...quote, file: null }, quote)).toBe(true);
    const answered: Quote = { ...quote, state: 'changes_requested', decisions: [accepted] };
    expect(isAnotherOffer(quote, answered)).toBe(false);
  });
});

describe('the words that go with a decision', () => {
  test.each([
    ['declined', '', 'Say in a few words why you decline.'],
    ['declined', ' \n', 'Say in a few words why you decline.'],
    ['changes_requested', '', 'Say in a few words what should change.'],
    ['changes_requested', `${'🔧'.repeat(2000)}\n`, null],
    ['declined', 'é'.repeat(2001), 'Use at most 2,000 characters.'],
  ] as const)('%s with %.20j', (about, reason, text) => {
    expect(reasonErrors(about, reason, english)).toEqual(text === null ? [] : [{ field: 'reason', text }]);
  });

  test('nobody has to write something to accept', () => {
    expect(noteErrors('', english)).toEqual([]);
    expect(noteErrors('x'.repeat(2001), english)).toMatchObject([{ field: 'note' }]);
  });

  test('are sent with the revision that was read', () => {
    expect(bodyOf(quote, 'accepted', ' ')).toEqual({ revision: 2, decision: 'accepted' });
    expect(bodyOf({ revision: 3 }, 'declined', ' Too dear.\n')).toEqual({ revision: 3, decision: 'declined', reason: 'Too dear.' });
  });

  test('that the server refuses stand next to their field, everything else is the matter of the usual words', () => {
    const refused = (status: number, body: object, retryAfter: string | null = null) => refusedErrors(problemOf(status, body, retryAfter), 'note', 'Brightwater', english);
    expect(refused(400, { code: 'invalid_field', errors: [{ pointer: '/reason', code: 'invalid_text' }] })).toMatchObject([{ field: 'note' }]);
    expect(refused(400, { code: 'invalid_field', errors: [{ pointer: '/revision', code: 'invalid' }] })).toBeNull();
    expect(refused(429, { code: 'too_many_requests' }, '7200')?.[0]?.text).toMatch(/Answer the next one later today or tomorrow, or call Brightwater/);
    expect(refused(409, { code: 'conflict' })).toBeNull();
    expect(refusedErrors({ kind: 'offline' }, 'reason', 'Brightwater', english)).toBeNull();
  });

  test('are unsent until an answer has them', () => {
    const decided = { decisions: [{ ...accepted, reason: 'Too dear.' }] };
    expect(isUnsent(' Too dear. ', decided)).toBe(false);
    expect(isUnsent('Too dear for us.', decided)).toBe(true);
    expect(isUnsent('  ', { decisions: [] })).toBe(false);
  });
});

describe('what is being typed', () => {
  test('is kept for each quote by itself', () => {
    const one = withDraft({}, '41', { note: 'PO 7', about: 'declined', reason: 'Too dear', revision: 2 });
    const both = withDraft(one, '4', { ...nothingTyped, about: 'changes_requested', reason: 'Less' });
    expect(draftOf(both, '41')).toEqual({ note: 'PO 7', about: 'declined', reason: 'Too dear', revision: 2 });
    expect(draftOf(both, '4')).toEqual({ note: '', about: 'changes_requested', reason: 'Less', revision: null });
    expect(withDraft(both, '41', { ...nothingTyped, revision: 3 })).toEqual({ '4.about': 'changes_requested', '4.reason': 'Less' });
  });

  test('of another build is read as far as it goes', () => {
    expect(draftOf({ '41.about': 'accepted', '41.more': 'x', '41.revision': 'x' }, '41')).toEqual(nothingTyped);
  });

  test('has arrived where an answer about the same revision has the same words', () => {
    const typed = { note: 'PO 7', about: 'declined', reason: ' Too dear.\n', revision: 2 } as const;
    const answered = (reason: string | null, revision = 2) => ({ decisions: [accepted, { ...accepted, reason, revision }] });
    expect(arrivedOf(typed, answered('Too dear.'))).toEqual({ about: null, reason: '' });
    expect(arrivedOf(typed, answered('PO 7'))).toEqual({ note: '' });
    expect(arrivedOf(typed, answered('Too dear for us.'))).toBeNull();
    expect(arrivedOf(typed, answered('Too dear.', 1))).toBeNull();
    expect(arrivedOf({ ...nothingTyped, revision: 2 }, answered(null))).toBeNull();
  });
});

describe('what was typed and is sent', () => {
  beforeEach(() => {
    const items = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const typed = { ...nothingTyped, note: 'PO 7', revision: 2 };

  test('is kept no more, and the rest stays', () => {
    keepAnswer('1', '41', typed);
    keepAnswer('1', '42', typed);
    forgetAnswer('1', '41');
    expect(recallDraft('quotes', '1')).toEqual({ '42.note': 'PO 7', '42.revision': '2' });
    forgetAnswer('1', '42');
    expect(recallDraft('quotes', '1')).toBeNull();
  });

  test('leaves what another client has typed by the time that the answer comes', () => {
    keepAnswer('2', '7', typed);
    forgetAnswer('1', '41');
    expect(recallDraft('quotes', '2')).toEqual({ '7.note': 'PO 7', '7.revision': '2' });
  });
});
