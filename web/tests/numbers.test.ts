import { expect, test } from 'vitest';
import { formatDecimal, formatMoney, formatSize } from '../src/common/numbers.ts';
import { makeTranslator } from '../src/common/i18n/language.tsx';

const plain = (text: string) => text.replace(/\s/g, ' ');

test.each([
  ['1234.50', 'en-GB', '1,234.50'],
  ['-0.125', 'es-ES', '-0,125'],
  ['7', 'en-GB', '7'],
  ['-12.5', 'en-GB', '-12.5'],
  ['no number', 'en-GB', 'no number'],
  ['12345678901234567890.25', 'en-GB', '12,345,678,901,234,567,890.25'],
])('the decimal %s in %s', (text, locale, expected) => {
  expect(formatDecimal(text, locale)).toBe(expected);
});

test.each([
  [{ amount: 4250, currency: 'GBP' }, 'en-GB', '£42.50'],
  [{ amount: 4250, currency: 'EUR' }, 'es-ES', '42,50 €'],
  [{ amount: 4250, currency: 'JPY' }, 'en-GB', 'JP¥4,250'],
  [{ amount: -5, currency: 'GBP' }, 'en-GB', '-£0.05'],
])('money %o in %s', (money, locale, expected) => {
  expect(plain(formatMoney(money, locale))).toBe(expected);
});

test.each([
  [1, '1 byte'],
  [999, '999 bytes'],
  [184_320, '184 kB'],
  [2_540_000, '2.5 MB'],
])('%i bytes', (bytes, expected) => {
  expect(formatSize(bytes, makeTranslator('en', ['en-GB']))).toBe(expected);
});
