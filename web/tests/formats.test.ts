import { describe, expect, it } from 'vitest';
import { languages } from '../src/common/i18n/catalogues.ts';
import { formatMessage } from '../src/common/i18n/message.ts';
import { dateFormat, formatNumber, numberFormat } from '../src/common/formats.ts';

describe('formats', () => {
  it('are made once for what is asked of them', () => {
    const options = { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' } as const;
    expect(dateFormat('en-GB', { ...options })).toBe(dateFormat('en-GB', { ...options }));
    expect(numberFormat('es')).toBe(numberFormat('es'));
  });

  it('differ by language, zone and what is shown', () => {
    const noon = new Date('2026-06-01T12:00Z');
    const show = (locale: string, timeZone: string, minute?: '2-digit') =>
      dateFormat(locale, { hour: 'numeric', ...(minute === undefined ? {} : { minute }), hour12: false, timeZone }).format(noon);
    expect([show('en-GB', 'UTC', '2-digit'), show('en-GB', 'Europe/Madrid', '2-digit'), show('en-GB', 'UTC')]).toEqual(['12:00', '14:00', '12']);
    expect(numberFormat('en').format(1234.5)).toBe('1,234.5');
    expect(numberFormat('de').format(1234.5)).toBe('1.234,5');
    expect(numberFormat('en', { maximumFractionDigits: 0 }).format(1234.6)).toBe('1,235');
  });

  it.each(languages)('in %s are what Intl says, where it is not asked', (language) => {
    for (const number of [0, 1, 1.5, 2, 21, 100, 999, 1000, 123456, -1, 1_000_000]) {
      expect(formatNumber(number, language)).toBe(new Intl.NumberFormat(language).format(number));
      const form = new Intl.PluralRules(language).select(number) === 'one' ? 'one' : 'other';
      expect(formatMessage({ one: 'one', other: 'other' }, language, { count: number })).toBe(form);
    }
  });
});
