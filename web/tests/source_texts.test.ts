import { expect, test } from 'vitest';
import { findTextsIn, findTextsOutsideCatalogues } from '../scripts/source_texts.mjs';

test('no text stands outside of the catalogues', () => {
  expect(findTextsOutsideCatalogues()).toEqual([]);
});

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

test.each([
  ['a key', "<p>{t('jobs.title')}</p>"],
  ['a class', '<p class="muted block" />'],
  ['a comparison', "<p>{state === 'planned' && x}</p>"],
  ['a sign', '<p>{a} · {b}</p>'],
])('%s is no text', (_, markup) => {
  expect(findTextsIn('example.tsx', `const part = ${markup};`)).toEqual([]);
});
