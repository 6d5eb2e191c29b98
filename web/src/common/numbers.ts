import { numberFormat } from './formats.ts';
import type { Translator } from './i18n/language.tsx';

// A decimal number travels as text so that no digit is lost; it keeps the decimals that it was written with. Not every browser
// formats a text exactly, so the whole part goes as a BigInt and the decimals follow as they are.
export function formatDecimal(text: string, locale: string): string {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  if (match === null) return text;
  const [, sign, whole, decimals] = match;
  const format = numberFormat(locale);
  const sample = format.formatToParts(-1.5);
  const part = (type: Intl.NumberFormatPartTypes) => sample.find((candidate) => candidate.type === type)?.value ?? '';
  const result = (sign === '-' ? part('minusSign') : '') + format.format(BigInt(whole!));
  return decimals === undefined ? result : result + part('decimal') + decimals;
}

// ISO 4217: how many digits of the smallest unit stand behind the point, where it is not two. Browsers have a table of their own, which says how
// people write an amount, not what it is counted in.
const digitsOf: Readonly<Record<string, number>> = Object.fromEntries([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map((code) => [code, 0]),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3]),
  ...['CLF', 'UYW'].map((code) => [code, 4]),
]);

// Money is counted in the currency's smallest unit.
export function formatMoney({ amount, currency }: { amount: number; currency: string }, locale: string): string {
  const digits = digitsOf[currency] ?? 2;
  return numberFormat(locale, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount / 10 ** digits);
}

export function formatSize(bytes: number, { t }: Translator): string {
  if (bytes < 1_000) return t('size.bytes', { count: bytes });
  if (bytes < 1_000_000) return t('size.kilobytes', { count: Math.round(bytes / 1_000) });
  return t('size.megabytes', { count: Math.round(bytes / 100_000) / 10 });
}
