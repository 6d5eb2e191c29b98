import type { Language } from '../../common/i18n/catalogues.ts';
import { makeTranslatorOf, useTranslator, type Translator } from '../../common/i18n/language.tsx';
import type { MessageValues } from '../../common/i18n/message.ts';
import { memberCatalogues, type MemberKey } from './catalogues.ts';

export interface MemberTranslator extends Translator {
  t(key: MemberKey, values?: MessageValues): string;
}

export function makeMemberTranslator(language: Language, preferred: readonly string[]): MemberTranslator {
  return makeTranslatorOf(memberCatalogues, language, preferred);
}

// The portal's provider makes translators that know its own texts, too.
export function useWords(): MemberTranslator {
  return useTranslator() as MemberTranslator;
}
