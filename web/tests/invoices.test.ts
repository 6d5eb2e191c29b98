import { describe, expect, test } from 'vitest';
import type { Invoice } from '../src/common/api/client.ts';
import { formatRest } from '../src/common/invoices.ts';
import { invoicesQuery } from '../src/console/invoices/query.ts';
import { makeMemberTranslator } from '../src/member/i18n/words.ts';
import { countOf, invoiceLists, invoicesApiQuery, invoicesPath, parseInvoicesShown } from '../src/member/invoices/query.ts';
import { formatInvoiceDays } from '../src/member/invoices/words.ts';

const english = makeMemberTranslator('en', ['en-GB']);
const spanish = makeMemberTranslator('es', ['es-ES']);
const money = (amount: number, currency = 'GBP') => ({ amount, currency });
const plain = (text: string | null) => text?.replaceAll('\u00a0', ' ') ?? null;

describe('the address of the invoices page', () => {
  test.each([
    ['', 'open', '/invoices', { state: 'open' }],
    ['?state=open', 'open', '/invoices', { state: 'open' }],
    ['?state=paid', 'paid', '/invoices?state=paid', { state: 'paid' }],
    ['?state=all', 'all', '/invoices?state=all', {}],
    ['?state=void', 'open', '/invoices', { state: 'open' }],
  ] as const)('%s', (search, shown, path, query) => {
    expect(parseInvoicesShown(search)).toBe(shown);
    expect(invoicesPath(shown)).toBe(path);
    expect(invoicesApiQuery(shown)).toEqual(query);
  });

  test('each list counts what it shows', () => {
    const counts = { payment_due: 1, partially_paid: 2, overdue: 4, paid: 8, void: 16 };
    expect(invoiceLists.map((list) => countOf(list, counts))).toEqual([7, 8, 31]);
  });
});

describe('the days of an invoice', () => {
  const days = (state: Invoice['state'], due_on: string | null) => ({ state, issued_on: '2026-10-02', due_on });

  test.each([
    ['payment_due', '2026-11-01', 'Issued Fri 2 Oct, due Sun 1 Nov', 'Emitida el vie 2 oct, vence el dom 1 nov'],
    ['partially_paid', '2027-01-04', 'Issued Fri 2 Oct, due Mon 4 Jan 2027', 'Emitida el vie 2 oct, vence el lun 4 ene 2027'],
    ['overdue', '2026-11-01', 'Issued Fri 2 Oct, was due Sun 1 Nov', 'Emitida el vie 2 oct, venció el dom 1 nov'],
    ['payment_due', null, 'Issued Fri 2 Oct', 'Emitida el vie 2 oct'],
    ['paid', '2026-11-01', 'Issued Fri 2 Oct', 'Emitida el vie 2 oct'],
    ['void', '2026-11-01', 'Issued Fri 2 Oct', 'Emitida el vie 2 oct'],
  ] as const)('%s, due %s', (state, due, inEnglish, inSpanish) => {
    expect(formatInvoiceDays(days(state, due), '2026-11-20', english)).toBe(inEnglish);
    expect(formatInvoiceDays(days(state, due), '2026-11-20', spanish)).toBe(inSpanish);
  });
});

test('what is left is said where a part is paid, in the units of the currency', () => {
  const rest = (state: Invoice['state'], paid: number, left: number, currency?: string) =>
    ({ state, paid: money(paid, currency), outstanding: money(left, currency) }) as const;
  expect(plain(formatRest(rest('partially_paid', 100, 18300), english))).toBe('£183.00 still to pay');
  expect(plain(formatRest(rest('overdue', 5000, 123456, 'JPY'), english))).toBe('JP¥123,456 still to pay');
  expect(plain(formatRest(rest('overdue', 100, 123456, 'EUR'), spanish))).toBe('quedan 1234,56 €');
  expect(formatRest(rest('payment_due', 0, 18400), english)).toBeNull();
  expect(formatRest(rest('paid', 18400, 0), english)).toBeNull();
  expect(formatRest(rest('void', 100, 0), english)).toBeNull();
});

test('what the address of the console says wrongly is not asked for', () => {
  expect(invoicesQuery({ q: ' INV-1 ', state: 'open' })).toEqual({ q: 'INV-1', state: 'open' });
  expect(invoicesQuery({ q: '  ', state: 'overdue' })).toEqual({});
  expect(invoicesQuery({ q: 'é'.repeat(120) })['q']).toHaveLength(100);
});
