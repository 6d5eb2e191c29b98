import type { Translator } from './i18n/language.tsx';

// A decimal number travels as text so that no digit is lost; it keeps the decimals that it was written with.
export function formatDecimal(text: string, locale: string): string {
  const decimals = Math.min(20, text.split('.')[1]?.length ?? 0);
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return format.format(text as unknown as number);
}

// Money is counted in minor units, of which a currency has a hundred, a thousand or none to the major one.
export function formatMoney({ amount, currency }: { amount: number; currency: string }, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

export function formatSize(bytes: number, { t }: Translator): string {
  if (bytes < 1_000) return t('size.bytes', { count: bytes });
  if (bytes < 1_000_000) return t('size.kilobytes', { count: Math.round(bytes / 1_000) });
  return t('size.megabytes', { count: Math.round(bytes / 100_000) / 10 });
}
