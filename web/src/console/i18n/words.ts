import type { Language } from '../../common/i18n/catalogues.ts';
import { makeTranslatorOf, useTranslator, type Translator } from '../../common/i18n/language.tsx';
import type { MessageValues } from '../../common/i18n/message.ts';
import { consoleCatalogues, type ConsoleKey } from './catalogues.ts';

export interface ConsoleTranslator extends Translator {
  t(key: ConsoleKey, values?: MessageValues): string;
}

export function makeConsoleTranslator(language: Language, preferred: readonly string[]): ConsoleTranslator {
  return makeTranslatorOf(consoleCatalogues, language, preferred);
}

// The console's provider makes translators that know its own texts, too.
export function useWords(): ConsoleTranslator {
  return useTranslator() as ConsoleTranslator;
}
