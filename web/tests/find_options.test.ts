import { expect, test } from 'vitest';
import { findOptions } from '../src/common/parts/find_options.ts';

const options = ['All sites', 'Harbour Bay North', 'Harbour Quay South', 'Almacén Peñíscola'].map((text) => ({ value: text, text }));
const found = (typed: string) => findOptions(options, typed).map(({ text }) => text);

test('nothing typed finds all', () => {
  expect(found('  ')).toHaveLength(4);
});

test.each([
  ['harbour', ['Harbour Bay North', 'Harbour Quay South']],
  ['SOUTH harb', ['Harbour Quay South']],
  ['peniscola', ['Almacén Peñíscola']],
  ['ALMACÉN', ['Almacén Peñíscola']],
  ['harbour west', []],
  ['.*', []],
])('"%s" finds %o', (typed, texts) => {
  expect(found(typed)).toEqual(texts);
});
