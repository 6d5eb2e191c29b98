import { catalogues, type Language, type MessageKey } from '../../common/i18n/catalogues.ts';
import type { Message } from '../../common/i18n/message.ts';
import { appearance as englishAppearance } from './en/appearance.ts';
import { settings as englishSettings } from './en/settings.ts';
import { shell as englishShell } from './en/shell.ts';
import { appearance as spanishAppearance } from './es/appearance.ts';
import { settings as spanishSettings } from './es/settings.ts';
import { shell as spanishShell } from './es/shell.ts';

// The console's own texts, one file for each of its areas and language; the parts that it shares with the member portal bring theirs along.

const english = { ...englishShell, ...englishAppearance, ...englishSettings };
const spanish: Record<OwnKey, Message> = { ...spanishShell, ...spanishAppearance, ...spanishSettings };

export type OwnKey = keyof typeof english;
export type ConsoleKey = MessageKey | OwnKey;

export const ownCatalogues: Readonly<Record<Language, Readonly<Record<OwnKey, Message>>>> = { en: english, es: spanish };

export const consoleCatalogues: Readonly<Record<Language, Readonly<Record<ConsoleKey, Message>>>> = {
  en: { ...catalogues.en, ...english },
  es: { ...catalogues.es, ...spanish },
};

// Texts that are rightly the same in both languages; the tests refuse any other identical pair.
export const meantToBeIdentical: readonly OwnKey[] = [];
