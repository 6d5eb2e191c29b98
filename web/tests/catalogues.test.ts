import { describe, expect, test } from 'vitest';
import { catalogues, languages, meantToBeIdentical, type Language } from '../src/common/i18n/catalogues.ts';
import { decideLanguage, makeTranslator } from '../src/common/i18n/language.tsx';
import { formatMessage, type Message } from '../src/common/i18n/message.ts';
import { meantToBeIdentical as meantInConsole, ownCatalogues as consoleCatalogues } from '../src/console/i18n/catalogues.ts';
import { meantToBeIdentical as meantInPortal, memberCatalogues, ownCatalogues as portalCatalogues } from '../src/member/i18n/catalogues.ts';
import { mailCatalogues } from '../src/member/i18n/mails.ts';
import { meantToBeIdentical as meantInQuotes, quoteCatalogues } from '../src/member/i18n/quotes.ts';
import { requestCatalogues } from '../src/member/i18n/requests.ts';
import { findUsedKeys } from '../scripts/source_texts.mjs';

const forms = (message: Message) => (typeof message === 'string' ? [message] : [message.one, message.other]);
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

type Catalogues = Readonly<Record<Language, Readonly<Record<string, Message>>>>;

// What both entry points share, and what each has of its own.
const all: readonly (readonly [string, Catalogues, readonly string[]])[] = [
  ['shared', catalogues, meantToBeIdentical],
  ['of the member portal', portalCatalogues, meantInPortal],
  ['of its pages of requests', requestCatalogues, []],
  ['of its choice of mails', mailCatalogues, []],
  ['of its pages of quotes', quoteCatalogues, meantInQuotes],
  ['of the console', consoleCatalogues, meantInConsole],
];

describe.each(all)('the catalogues %s', (_, catalogues, meantToBeIdentical) => {
  const keys = Object.keys(catalogues.en);

  test.each(languages)('%s has every key and no other', (language) => {
    expect(Object.keys(catalogues[language]).sort()).toEqual([...keys].sort());
  });

  test.each(languages)('%s has no empty text and no stray space', (language) => {
    const wrong = keys.filter((key) => forms(catalogues[language][key]!).some((text) => text === '' || text !== text.trim()));
    expect(wrong).toEqual([]);
  });

  test('both languages fill in the same values', () => {
    const wrong = keys.filter((key) => {
      const [english, spanish] = [catalogues.en[key]!, catalogues.es[key]!];
      if (typeof english !== typeof spanish) return true;
      return forms(spanish).some((text, form) => placeholders(text).join() !== placeholders(forms(english)[form]!).join());
    });
    expect(wrong).toEqual([]);
  });

  test('texts are the same in both languages only where that is meant', () => {
    const identical = keys.filter((key) => JSON.stringify(catalogues.en[key]) === JSON.stringify(catalogues.es[key]));
    expect(identical.sort()).toEqual([...meantToBeIdentical].sort());
  });

  test('every text is used', () => {
    const used = findUsedKeys(keys);
    expect(keys.filter((key) => !used.has(key))).toEqual([]);
    // All sources are read, which a busy machine takes its time for.
  }, 60_000);
});

test('no key stands in two of them', () => {
  const keys = all.flatMap(([, { en }]) => Object.keys(en));
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

// Each visit loads every shared text, so that one which only one entry point needs has its place there.
test('what is shared is used outside of the member portal', () => {
  const keys = Object.keys(catalogues.en);
  const used = findUsedKeys(keys, (file) => !file.startsWith('member/'));
  expect(keys.filter((key) => !used.has(key))).toEqual([]);
}, 60_000);

// Staff know templates and keys; of the rest neither they nor members have heard.
describe.each([
  ['members', memberCatalogues, /\b(membership|tenant|template|slug|plantilla|token|null|undefined)\b/i],
  ['members on the pages of requests', requestCatalogues, /\b(membership|tenant|template|slug|plantilla|token|null|undefined)\b/i],
  ['members who choose their mails', mailCatalogues, /\b(membership|tenant|template|slug|plantilla|token|null|undefined)\b/i],
  ['members on the pages of quotes', quoteCatalogues, /\b(membership|tenant|template|slug|plantilla|token|null|undefined)\b/i],
  ['staff', consoleCatalogues, /\b(membership|tenant|slug|token|null|undefined)\b/i],
] as const)('what reaches %s', (_, catalogues: Catalogues, jargon) => {
  test('is no word of ours', () => {
    const keys = Object.keys(catalogues.en);
    const wrong = languages.flatMap((language) => keys.filter((key) => forms(catalogues[language][key]!).some((text) => jargon.test(text))));
    expect(wrong).toEqual([]);
  });
});

describe('filling in', () => {
  test('values, numbers in the manner of the locale, and plural forms', () => {
    expect(formatMessage('{a} and {b}', 'en', { a: 'x', b: 1234 })).toBe('x and 1,234');
    const message = { one: '{count} job', other: '{count} jobs' };
    expect(formatMessage(message, 'en', { count: 1 })).toBe('1 job');
    expect(formatMessage(message, 'en', { count: 0 })).toBe('0 jobs');
    expect(formatMessage(message, 'es', { count: 12345 })).toBe('12.345 jobs');
  });

  test('a value that looks like a placeholder stays as it is', () => {
    expect(formatMessage('{a} {b}', 'en', { a: '{b}', b: 'x' })).toBe('{b} x');
  });
});

describe('the language', () => {
  const wishes = { chosen: null, member: null, browser: ['de-DE', 'es-MX'], offered: languages, fallback: 'en' as const };

  test.each([
    [{}, 'es'],
    [{ chosen: 'en' }, 'en'],
    [{ member: 'en' }, 'en'],
    [{ chosen: 'es', member: 'en' }, 'es'],
    [{ browser: ['de'] }, 'en'],
    [{ browser: ['de'], fallback: 'es' as const }, 'es'],
    [{ chosen: 'xx' }, 'es'],
    [{ offered: ['en'] as const }, 'en'],
  ])('%o leads to %s', (change, language) => {
    expect(decideLanguage({ ...wishes, ...change })).toBe(language);
  });

  test("the reader's own variant decides how numbers and dates look", () => {
    expect(makeTranslator('en', ['es-ES', 'en-US']).locale).toBe('en-US');
    expect(makeTranslator('en', ['es-ES']).locale).toBe('en-GB');
    expect(makeTranslator('es', ['es-MX']).locale).toBe('es-MX');
  });
});
