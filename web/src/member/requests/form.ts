import type { NewWorkRequest } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { formatNumber } from '../../common/formats.ts';
import type { FormError } from '../../common/parts/form.tsx';
import { daysBetween, type Day } from '../../common/time/dates.ts';
import type { RequestTranslator } from '../i18n/requests.ts';
import type { Texts } from '../state/drafts.ts';

// What somebody types who asks for work, and what can be wrong with it. The names are the API's, so that its mistakes find their fields.

export const requestFields = ['subject', 'site_id', 'notes', 'preferred_date', 'preferred_time'] as const;
type Name = (typeof requestFields)[number];
export type RequestValues = Readonly<Record<Name, string>>;

// Also from a draft of another build.
export function valuesOf(texts: Texts): RequestValues {
  return Object.fromEntries(requestFields.map((name) => [name, texts[name] ?? ''])) as RequestValues;
}

// As the API has them: characters, and days from today.
export const mostInSubject = 200;
export const mostInNotes = 4000;
export const mostDaysAhead = 730;

// `unfinished`: of the fields for day and time, those in which something stands that is none yet.
export function requestErrors(values: RequestValues, unfinished: readonly string[], today: Day, translator: RequestTranslator): FormError[] {
  const { t, locale } = translator;
  const { preferred_date: day, preferred_time: time } = values;
  const errors: FormError[] = [];
  const add = (field: Name, text: string) => errors.push({ field, text });
  const subject = lengthOf(values.subject.trim());
  if (subject === 0) add('subject', t('new_request.subject_missing'));
  if (subject > mostInSubject) add('subject', t('new_request.subject_long', { most: formatNumber(mostInSubject, locale) }));
  if (lengthOf(values.notes.trim()) > mostInNotes) add('notes', t('new_request.notes_long', { most: formatNumber(mostInNotes, locale) }));
  if (unfinished.includes('preferred_date')) add('preferred_date', t('new_request.date_unfinished'));
  else if (day !== '' && !isWithinReach(day, today)) add('preferred_date', t('new_request.date_range'));
  else if (day === '' && time !== '') add('preferred_date', t('new_request.date_missing'));
  if (unfinished.includes('preferred_time')) add('preferred_time', t('new_request.time_unfinished'));
  return errors;
}

function isWithinReach(day: Day, today: Day): boolean {
  const distance = daysBetween(today, day);
  return distance >= 0 && distance <= mostDaysAhead;
}

// By characters, as the server counts.
function lengthOf(text: string): number {
  return [...text].length;
}

// What is empty is left out.
export function bodyOf(values: RequestValues): NewWorkRequest {
  const { subject, ...others } = values;
  const given = Object.entries(others).filter(([, text]) => text.trim() !== '');
  return { subject: subject.trim(), ...Object.fromEntries(given.map(([name, text]) => [name, text.trim()])) };
}

// What the server refused, next to its field: in the form's own words where it has some, otherwise as `describe` says.
export function refusedErrors(failure: Failure, describe: (code: string) => string, translator: RequestTranslator): FormError[] | null {
  if (failure.kind !== 'problem' || failure.code !== 'invalid_field' || failure.errors.length === 0) return null;
  return failure.errors.map(({ pointer, code }) => ({
    field: requestFields.find((field) => pointer === `/${field}`) ?? null,
    text: ownWords(pointer, code, translator) ?? describe(code),
  }));
}

// Staff may have taken the site away since the page was opened, and a day can pass.
function ownWords(pointer: string, code: string, { t }: RequestTranslator): string | null {
  if (pointer === '/site_id') return t('new_request.site_gone');
  return pointer === '/preferred_date' && code === 'out_of_range' ? t('new_request.date_range') : null;
}
