import { en } from './en.ts';
import { es } from './es.ts';
import type { Message } from './message.ts';

export type MessageKey = keyof typeof en;
export type Language = 'en' | 'es';

export const languages: readonly Language[] = ['en', 'es'];

// Which way each is written.
export const directions: Readonly<Record<Language, 'ltr' | 'rtl'>> = { en: 'ltr', es: 'ltr' };

export const catalogues: Readonly<Record<Language, Readonly<Record<MessageKey, Message>>>> = { en, es };

// To choose from, each in its own words.
export const languageOptions = (offered: readonly Language[]): { value: Language; text: string }[] =>
  offered.map((value) => ({ value, text: catalogues[value]['language.name'] as string }));

// Texts that are rightly the same in both languages; the tests refuse any other identical pair.
export const meantToBeIdentical: readonly MessageKey[] = [
  'form.error_prefix',
  'job.no',
  'day.weekday',
  'day.relative',
  'day.date_time',
  'day.range',
  'duration.minutes',
  'duration.hours',
  'duration.hours_minutes',
  'file.describe',
  'size.bytes',
  'size.kilobytes',
  'size.megabytes',
];
