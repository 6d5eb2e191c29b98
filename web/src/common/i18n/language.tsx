import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo } from 'preact/hooks';
import { catalogues, directions, languages, type Language, type MessageKey } from './catalogues.ts';
import { formatMessage, type Message, type MessageValues } from './message.ts';

export interface Translator {
  readonly language: Language;
  // The reader's own variant of the language, such as en-US, decides how numbers and dates look.
  readonly locale: string;
  t(key: MessageKey, values?: MessageValues): string;
}

export function makeTranslator(language: Language, preferred: readonly string[]): Translator {
  return makeTranslatorOf(catalogues, language, preferred);
}

export function makeTranslatorOf<Key extends string>(
  from: Readonly<Record<Language, Readonly<Record<Key, Message>>>>,
  language: Language,
  preferred: readonly string[],
): Omit<Translator, 't'> & { t(key: Key, values?: MessageValues): string } {
  const locale = preferred.find((tag) => languageOf(tag) === language) ?? (language === 'en' ? 'en-GB' : 'es-ES');
  const catalogue = from[language];
  return { language, locale, t: (key, values) => formatMessage(catalogue[key], locale, values) };
}

interface LanguageWishes {
  chosen: string | null;
  member: string | null;
  browser: readonly string[];
  offered: readonly Language[];
  fallback: Language;
}

// What the reader chose here comes first, then what the person set, then the browser's wishes, then the business's default.
export function decideLanguage({ chosen, member, browser, offered, fallback }: LanguageWishes): Language {
  const wishes = [chosen, member, ...browser];
  for (const wish of wishes) {
    const language = languageOf(wish ?? '');
    if (language !== null && offered.includes(language)) return language;
  }
  return fallback;
}

function languageOf(tag: string): Language | null {
  const primary = tag.toLowerCase().split('-')[0];
  return languages.find((language) => language === primary) ?? null;
}

const TranslatorContext = createContext<Translator>(makeTranslator('en', []));
const ChoiceContext = createContext<(language: Language) => void>(() => undefined);

interface LanguageProviderProperties {
  language: Language;
  // An entry point with texts of its own brings its own translator.
  make?: (language: Language, preferred: readonly string[]) => Translator;
  onChoose: (language: Language) => void;
  children: ComponentChildren;
}

export function LanguageProvider({ language, make = makeTranslator, onChoose, children }: LanguageProviderProperties) {
  const translator = useMemo(() => make(language, navigator.languages), [language]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = directions[language];
  }, [language]);
  return (
    <ChoiceContext.Provider value={onChoose}>
      <TranslatorContext.Provider value={translator}>{children}</TranslatorContext.Provider>
    </ChoiceContext.Provider>
  );
}

export function useChooseLanguage(): (language: Language) => void {
  return useContext(ChoiceContext);
}

export function useTranslator(): Translator {
  return useContext(TranslatorContext);
}

const kStorageKey = 'portico.language';

// Storage can be forbidden by the browser; the choice then lasts as long as the page.
export function rememberedLanguage(): string | null {
  try {
    return localStorage.getItem(kStorageKey);
  } catch {
    return null;
  }
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(kStorageKey, language);
  } catch {
    return;
  }
}
