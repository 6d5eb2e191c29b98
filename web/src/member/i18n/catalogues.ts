import { catalogues, type Language, type MessageKey } from '../../common/i18n/catalogues.ts';
import type { Message } from '../../common/i18n/message.ts';
import { en } from './en.ts';
import { es } from './es.ts';

// The member portal's own texts; the parts that it shares with the console bring theirs along.

export type OwnKey = keyof typeof en;
export type MemberKey = MessageKey | OwnKey;

export const ownCatalogues: Readonly<Record<Language, Readonly<Record<OwnKey, Message>>>> = { en, es };

export const memberCatalogues: Readonly<Record<Language, Readonly<Record<MemberKey, Message>>>> = {
  en: { ...catalogues.en, ...en },
  es: { ...catalogues.es, ...es },
};

// Texts that are rightly the same in both languages; the tests refuse any other identical pair.
export const meantToBeIdentical: readonly OwnKey[] = ['position.metres', 'position.kilometres', 'file.typed'];
