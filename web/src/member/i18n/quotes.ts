import { useMemo } from 'preact/hooks';
import type { Language } from '../../common/i18n/catalogues.ts';
import { makeTranslatorOf } from '../../common/i18n/language.tsx';
import type { Message, MessageValues } from '../../common/i18n/message.ts';
import { memberCatalogues, type MemberKey } from './catalogues.ts';
import { quotes as english } from './en/quotes.ts';
import { quotes as spanish } from './es/quotes.ts';
import { useWords, type MemberTranslator } from './words.ts';

// What only the pages of quotes say comes with them, and is no part of the first visit.

export type QuoteKey = keyof typeof english;

export const quoteCatalogues: Readonly<Record<Language, Readonly<Record<QuoteKey, Message>>>> = { en: english, es: spanish };

// Texts that are rightly the same in both languages; the tests refuse any other identical pair.
export const meantToBeIdentical: readonly QuoteKey[] = ['quote.change'];

const catalogues: Readonly<Record<Language, Readonly<Record<MemberKey | QuoteKey, Message>>>> = {
  en: { ...memberCatalogues.en, ...english },
  es: { ...memberCatalogues.es, ...spanish },
};

export interface QuoteTranslator extends MemberTranslator {
  t(key: MemberKey | QuoteKey, values?: MessageValues): string;
}

export function makeQuoteTranslator(language: Language, preferred: readonly string[]): QuoteTranslator {
  return makeTranslatorOf(catalogues, language, preferred);
}

export function useQuoteWords(): QuoteTranslator {
  const { language, locale } = useWords();
  return useMemo(() => makeQuoteTranslator(language, [locale]), [language, locale]);
}
