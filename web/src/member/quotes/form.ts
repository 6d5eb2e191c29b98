import type { NewQuoteDecision, Quote } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { formatNumber } from '../../common/formats.ts';
import type { FormError } from '../../common/parts/form.tsx';
import type { QuoteTranslator } from '../i18n/quotes.ts';
import type { Reasoned } from './draft.ts';

// What is sent about a quote, and what can be wrong with it.

export type Decided = NewQuoteDecision['decision'];

// As the API has it, in characters.
export const mostInReason = 2000;

// By characters, as the server counts.
export function lengthOf(text: string): number {
  return [...text.trim()].length;
}

export function reasonErrors(about: Reasoned, reason: string, translator: QuoteTranslator): FormError[] {
  if (lengthOf(reason) === 0) return [{ field: 'reason', text: translator.t(`quote.reason_missing.${about}`) }];
  return tooLong('reason', reason, translator);
}

// Nobody has to write one.
export function noteErrors(note: string, translator: QuoteTranslator): FormError[] {
  return tooLong('note', note, translator);
}

function tooLong(field: string, text: string, { t, locale }: QuoteTranslator): FormError[] {
  return lengthOf(text) > mostInReason ? [{ field, text: t('quote.reason_long', { most: formatNumber(mostInReason, locale) }) }] : [];
}

// About exactly what was read.
export function bodyOf({ revision }: Pick<Quote, 'revision'>, decision: Decided, words: string): NewQuoteDecision {
  const reason = words.trim();
  return { revision, decision, ...(reason === '' ? {} : { reason }) };
}

// What only this page has words for. `field` is where the words stand that the API calls the reason.
export function refusedErrors(failure: Failure, field: string, business: string, translator: QuoteTranslator): FormError[] | null {
  const { t } = translator;
  if (failure.kind !== 'problem') return null;
  if (failure.code === 'too_many_requests') return [{ field: null, text: t('quote.too_many', { business }) }];
  if (failure.code !== 'invalid_field' || !failure.errors.some(({ pointer }) => pointer === '/reason')) return null;
  return [{ field, text: t('quote.reason_refused') }];
}

// Typed, and part of no answer that has arrived: an answer may have been lost on its way back.
export function isUnsent(reason: string, { decisions }: Pick<Quote, 'decisions'>): boolean {
  const typed = reason.trim();
  return typed !== '' && decisions.every((decision) => decision.reason !== typed);
}
