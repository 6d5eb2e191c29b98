import { catalogues, type Language, type MessageKey } from '../../common/i18n/catalogues.ts';
import type { Message } from '../../common/i18n/message.ts';
import { appearance as englishAppearance } from './en/appearance.ts';
import { clients as englishClients } from './en/clients.ts';
import { documents as englishDocuments } from './en/documents.ts';
import { quotes as englishQuotes } from './en/quotes.ts';
import { requests as englishRequests } from './en/requests.ts';
import { settings as englishSettings } from './en/settings.ts';
import { shell as englishShell } from './en/shell.ts';
import { users as englishUsers } from './en/users.ts';
import { appearance as spanishAppearance } from './es/appearance.ts';
import { clients as spanishClients } from './es/clients.ts';
import { documents as spanishDocuments } from './es/documents.ts';
import { quotes as spanishQuotes } from './es/quotes.ts';
import { requests as spanishRequests } from './es/requests.ts';
import { settings as spanishSettings } from './es/settings.ts';
import { shell as spanishShell } from './es/shell.ts';
import { users as spanishUsers } from './es/users.ts';

// The console's own texts, one file for each of its areas and language; the parts that it shares with the member portal bring theirs along.

const english = {
  ...englishShell,
  ...englishAppearance,
  ...englishSettings,
  ...englishClients,
  ...englishUsers,
  ...englishRequests,
  ...englishQuotes,
  ...englishDocuments,
};
const spanish: Record<OwnKey, Message> = {
  ...spanishShell,
  ...spanishAppearance,
  ...spanishSettings,
  ...spanishClients,
  ...spanishUsers,
  ...spanishRequests,
  ...spanishQuotes,
  ...spanishDocuments,
};

export type OwnKey = keyof typeof english;
export type ConsoleKey = MessageKey | OwnKey;

export const ownCatalogues: Readonly<Record<Language, Readonly<Record<OwnKey, Message>>>> = { en: english, es: spanish };

export const consoleCatalogues: Readonly<Record<Language, Readonly<Record<ConsoleKey, Message>>>> = {
  en: { ...catalogues.en, ...english },
  es: { ...catalogues.es, ...spanish },
};

// Texts that are rightly the same in both languages; the tests refuse any other identical pair.
export const meantToBeIdentical: readonly OwnKey[] = ['rows.error', 'activity.change', 'activity.actor_named', 'work_request.heading', 'offered.who'];
