import type { Failure } from '../../common/api/failure.ts';
import type { Language } from '../../common/i18n/catalogues.ts';
import type { FormError } from '../../common/parts/form.tsx';
import type { Layout } from '../api/layouts.ts';
import type { ConsoleKey } from '../i18n/catalogues.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// What the page edits: all languages at once, so that looking at another one loses nothing.

export type Part = 'subject' | 'html' | 'text';
export type Values = Readonly<Record<string, string>>;

// The id of the field, which the server calls "/email/subject", "/email/html" and "/sms/text".
export function fieldOf(part: Part, language: Language): string {
  return `${part === 'text' ? 'sms' : 'email'}_${part}_${language}`;
}

export function valuesOf(layouts: readonly Layout[]): Values {
  return Object.fromEntries(
    layouts.flatMap(({ language, email, sms }) => [
      [fieldOf('subject', language), email.subject],
      [fieldOf('html', language), email.html],
      [fieldOf('text', language), sms.text],
    ]),
  );
}

export function layoutOf(values: Values, language: Language) {
  return {
    language,
    email: { subject: values[fieldOf('subject', language)] ?? '', html: values[fieldOf('html', language)] ?? '' },
    sms: { text: values[fieldOf('text', language)] ?? '' },
  };
}

// The parts of one language that differ from what is saved.
export function changesOf(values: Values, saved: Values, language: Language) {
  const differs = (part: Part) => values[fieldOf(part, language)] !== saved[fieldOf(part, language)];
  const { email, sms } = layoutOf(values, language);
  if (!differs('subject') && !differs('html') && !differs('text')) return null;
  return { language, ...(differs('subject') || differs('html') ? { email } : {}), ...(differs('text') ? { sms } : {}) };
}

// Where the server found it; lines and columns count characters, from 1.
export interface Spot {
  readonly field: string;
  readonly line: number;
  readonly column: number;
}

export interface Wrong extends FormError {
  readonly spot: Spot | null;
}

const kMessages: Readonly<Record<string, ConsoleKey>> = {
  required: 'problem.field.required',
  too_short: 'problem.field.required',
  unknown_placeholder: 'layout.wrong.unknown_placeholder',
  invalid_placeholder: 'layout.wrong.unknown_placeholder',
  unclosed_placeholder: 'layout.wrong.unclosed_placeholder',
  misplaced_placeholder: 'layout.wrong.misplaced_placeholder',
  missing_activation_url: 'layout.wrong.missing_link',
  unclosed_tag: 'layout.wrong.unclosed_tag',
  unexpected_end_tag: 'layout.wrong.unexpected_end_tag',
  tag_not_allowed: 'layout.wrong.tag',
  attribute_not_allowed: 'layout.wrong.attribute',
  url_not_allowed: 'layout.wrong.address',
  style_not_allowed: 'layout.wrong.style',
  invalid_markup: 'layout.wrong.markup',
  too_deep: 'layout.wrong.markup',
  invalid_text: 'layout.wrong.text',
};

export function wrongOf(failure: Failure, language: Language, translator: ConsoleTranslator, describe: (code: string) => string): Wrong[] {
  if (failure.kind !== 'problem' || failure.code !== 'invalid_field') return [];
  return failure.errors.map((error) => {
    const { pointer, code, line, column } = error as typeof error & { readonly line?: number; readonly column?: number };
    const field = `${pointer.slice(1).replaceAll('/', '_')}_${language}`;
    const key = kMessages[code];
    const text = key === undefined ? describe(code) : translator.t(key);
    return line === undefined
      ? { field, text, spot: null }
      : { field, text: translator.t('layout.at', { text, line, column: column ?? 1 }), spot: { field, line, column: column ?? 1 } };
  });
}

// The place in a text, in the units in which a field counts.
export function offsetOf(text: string, { line, column }: Pick<Spot, 'line' | 'column'>): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return Math.min(text.length, before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length);
}

export function insertAt(text: string, start: number, end: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(end);
}
