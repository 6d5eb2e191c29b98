import { useMemo } from 'preact/hooks';
import type { Language } from '../../common/i18n/catalogues.ts';
import { makeTranslatorOf } from '../../common/i18n/language.tsx';
import type { Message, MessageValues } from '../../common/i18n/message.ts';
import { memberCatalogues, type MemberKey } from './catalogues.ts';
import { mails as english } from './en/mails.ts';
import { mails as spanish } from './es/mails.ts';
import { useWords, type MemberTranslator } from './words.ts';

// What only the choice of mails says comes with the page of the account, and is no part of the first visit.

export type MailKey = keyof typeof english;

export const mailCatalogues: Readonly<Record<Language, Readonly<Record<MailKey, Message>>>> = { en: english, es: spanish };

const catalogues: Readonly<Record<Language, Readonly<Record<MemberKey | MailKey, Message>>>> = {
  en: { ...memberCatalogues.en, ...english },
  es: { ...memberCatalogues.es, ...spanish },
};

export interface MailTranslator extends MemberTranslator {
  t(key: MemberKey | MailKey, values?: MessageValues): string;
}

export function useMailWords(): MailTranslator {
  const { language, locale } = useWords();
  return useMemo(() => makeTranslatorOf(catalogues, language, [locale]), [language, locale]);
}
