import { expect, test } from 'vitest';
import { findTextsIn, findTextsInStyle, findTextsOutsideCatalogues } from '../scripts/source_texts.mjs';

test('no text stands outside of the catalogues', () => {
  expect(findTextsOutsideCatalogues()).toEqual([]);
}, 60_000);

// The check has to find what it is there for.
test.each([
  ['between tags', '<p>Hello there</p>'],
  ['in braces', "<p>{'Hello there'}</p>"],
  ['one of two', "<p>{busy ? 'Sending' : done}</p>"],
  ['after a condition', "<p>{busy && 'Sending'}</p>"],
  ['in a template', '<p>{`Hello ${name}`}</p>'],
  ['in a label', '<button aria-label="Close" />'],
  ['in a placeholder', "<input placeholder={busy ? 'Wait' : ''} />"],
])('a text %s is found', (_, markup) => {
  expect(findTextsIn('example.tsx', `const part = ${markup};`)).toHaveLength(1);
});

// Wherever it stands: a text that goes through a name, a call or a part of ours is one all the same.
test.each([
  ['handed to a part', 'const part = <StatePanel text="Nothing here" />;'],
  ['handed to a part, one of two', "const part = <Form submit={busy ? 'Wait' : 'Send'} />;", 2],
  ['said aloud', "announce('Saved for you');"],
  ['of the title', "document.title = 'Jobs';"],
  ['behind a name', "const label = 'Good morning';"],
  ['in a list', "const days = ['Monday', 'Tuesday'];", 2],
  ['in an object', "const words = { planned: 'Planned for you' };"],
  ['in a template', 'const label = `Hello ${name}`;'],
  ['in another language', "const label = 'Ñandú';"],
])('a text %s is found', (_, code, count = 1) => {
  expect(findTextsIn('example.tsx', code as string)).toHaveLength(count as number);
});

test('a text in a style sheet is found', () => {
  expect(findTextsInStyle('a.css', "a::after { content: ' (opens elsewhere)'; }")).toHaveLength(1);
  expect(findTextsInStyle('a.css', "a::after { content: ' (' attr(href) ')'; }")).toEqual([]);
});

test.each([
  ['a module', "import { a } from './A b.ts';"],
  ['a header', "headers.set('Content-Type', type);"],
  ['a key of the keyboard', "if (event.key === 'Escape') close();"],
  ['a message for developers', "throw new Error('useApp outside of ApplicationProvider');"],
  ['two classes', 'const part = <p class={wrong ? "field field-wrong" : "field"} />;'],
  ['a key of the catalogue', 'const words = t(`jobs.empty.${state}_text`);'],
])('%s is no text', (_, code) => {
  expect(findTextsIn('example.tsx', code)).toEqual([]);
});

test.each([
  ['a key', "<p>{t('jobs.title')}</p>"],
  ['a class', '<p class="muted block" />'],
  ['a comparison', "<p>{state === 'planned' && x}</p>"],
  ['a sign', '<p>{a} · {b}</p>'],
])('%s is no text', (_, markup) => {
  expect(findTextsIn('example.tsx', `const part = ${markup};`)).toEqual([]);
});
