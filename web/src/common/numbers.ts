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

// Money is counted in minor units, of which a currency has a hundred, a thousand or none to the major one.
export function formatMoney({ amount, currency }: { amount: number; currency: string }, locale: string): string {
  const format = numberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

export function formatSize(bytes: number, { t }: Translator): string {
  if (bytes < 1_000) return t('size.bytes', { count: bytes });
  if (bytes < 1_000_000) return t('size.kilobytes', { count: Math.round(bytes / 1_000) });
  return t('size.megabytes', { count: Math.round(bytes / 100_000) / 10 });
}
