import { expect, test } from 'vitest';
import type { ClientRow } from '../src/console/api/clients.ts';
import { kRowsAtOnce, partsOf, tryRows } from '../src/console/rows/trial.ts';

const rows = (count: number): ClientRow[] => Array.from({ length: count }, (_, index) => ({ line: index + 2, name: `Client ${index}` }));

test('a file goes in parts, and every row in one of them', () => {
  const parts = partsOf(rows(350));
  expect(parts.map((part) => part.length)).toEqual([100, 100, 100, 50]);
  expect(parts.flat()).toEqual(rows(350));
  expect(partsOf([])).toEqual([]);
});

test('rows of one client stay together, in their order', () => {
  const again = { line: 900, name: ' client 3 ', email: 'b@mail.example' };
  const parts = partsOf([...rows(250), again]);
  const part = parts.find((candidate) => candidate.includes(again));
  expect(part?.map(({ line }) => line).slice(3, 5)).toEqual([5, 900]);
  expect(parts.flat()).toHaveLength(251);
  // A client with more rows than a part has them in one part all the same.
  const many = Array.from({ length: 150 }, (_, index) => ({ line: index + 2, external_id: 'A', name: `n${index}` }));
  expect(partsOf([{ line: 1, name: 'First' }, ...many]).map((each) => each.length)).toEqual([1, 150]);
});

test('the trial adds up what the parts say, tells how far it is, and ends at the first failure', async () => {
  const seen: number[] = [];
  const answer = await tryRows(
    rows(250),
    (part) => Promise.resolve({ ok: true, value: { created: part.length - 1, updated: 1, unchanged: 0, errors: [{ line: 300 - part[0]!.line, field: 'name', code: 'required' }] } }),
    (done) => seen.push(done),
  );
  expect(seen).toEqual([kRowsAtOnce, 200, 250]);
  expect(answer).toEqual({
    ok: true,
    value: { created: 247, updated: 3, unchanged: 0, errors: [98, 198, 298].map((line) => ({ line, field: 'name', code: 'required' })) },
  });
  let sent = 0;
  const failed = await tryRows(
    rows(250),
    () => {
      sent += 1;
      return Promise.resolve({ ok: false, failure: { kind: 'offline' } });
    },
    () => undefined,
  );
  expect([failed.ok, sent]).toEqual([false, 1]);
});
