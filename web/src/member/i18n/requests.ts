import { useMemo } from 'preact/hooks';
import type { Language } from '../../common/i18n/catalogues.ts';
import { makeTranslatorOf } from '../../common/i18n/language.tsx';
import type { Message, MessageValues } from '../../common/i18n/message.ts';
import { memberCatalogues, type MemberKey } from './catalogues.ts';
import { requests as english } from './en/requests.ts';
import { requests as spanish } from './es/requests.ts';
import { useWords, type MemberTranslator } from './words.ts';

// What only the pages of work requests say comes with them, and is no part of the first visit.

export type RequestKey = keyof typeof english;

export const requestCatalogues: Readonly<Record<Language, Readonly<Record<RequestKey, Message>>>> = { en: english, es: spanish };

const catalogues: Readonly<Record<Language, Readonly<Record<MemberKey | RequestKey, Message>>>> = {
  en: { ...memberCatalogues.en, ...english },
  es: { ...memberCatalogues.es, ...spanish },
};

export interface RequestTranslator extends MemberTranslator {
  t(key: MemberKey | RequestKey, values?: MessageValues): string;
}

export function makeRequestTranslator(language: Language, preferred: readonly string[]): RequestTranslator {
  return makeTranslatorOf(catalogues, language, preferred);
}

export function useRequestWords(): RequestTranslator {
  const { language, locale } = useWords();
  return useMemo(() => makeRequestTranslator(language, [locale]), [language, locale]);
}
