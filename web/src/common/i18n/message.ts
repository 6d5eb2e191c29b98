import { formatNumber } from '../formats.ts';

// A message is a text with {names} to fill in, or one such text for each plural form that the language has.
export type Message = string | { readonly one: string; readonly other: string };

export type MessageValues = Readonly<Record<string, string | number>>;

export function formatMessage(message: Message, locale: string, values: MessageValues = {}): string {
  const text = typeof message === 'string' ? message : message[pluralForm(values['count'])];
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? formatNumber(value, locale) : value;
  });
}

// English and Spanish agree about it, so that no rules of Intl are loaded.
function pluralForm(count: string | number | undefined): 'one' | 'other' {
  return Math.abs(Number(count)) === 1 ? 'one' : 'other';
}
