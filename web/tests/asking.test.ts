import { describe, expect, test } from 'vitest';
import type { Outcome } from '../src/common/api/client.ts';
import { problemOf, type Failure } from '../src/common/api/failure.ts';
import { startAsking, type Part, type Shown } from '../src/common/lists/asking.ts';
import type { Loaded } from '../src/common/lists/pages.ts';

interface Row {
  readonly id: string;
  readonly text: string;
}

interface Rows {
  readonly items: readonly Row[];
  readonly next_cursor: string | null;
}

const offline: Failure = { kind: 'network' };
const moved = problemOf(409, { code: 'membership_changed' }, null);

const rows = (first: number, count: number, text = 'old'): readonly Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: String(first + index), text }));

// A server that answers each question when it is told to.
function open() {
  const asked: { part: Part; signal: AbortSignal; answer: (outcome: Outcome<Rows>) => Promise<void> }[] = [];
  const told: string[] = [];
  let shown: Shown<Rows> | null = null;
  let kept: Loaded<Rows> | null = null;
  const list = startAsking<Rows>({
    ask: (part, signal) =>
      new Promise((resolve) => {
        // By then whoever waited for it has gone on.
        const answer = async (outcome: Outcome<Rows>) => {
          resolve(outcome);
          await new Promise((done) => setTimeout(done));
        };
        asked.push({ part, signal, answer });
      }),
    known: null,
    show: (next) => (shown = next),
    keep: (loaded) => (kept = loaded),
    miss: () => told.push('missed'),
    handleFailure: (failure) => {
      const isMoved = failure === moved;
      if (isMoved) told.push('moved');
      return isMoved;
    },
  });
  return {
    list,
    asked,
    told,
    shown: () => shown,
    kept: () => kept?.items.length ?? 0,
    // To the question that was asked last.
    answer: (items: readonly Row[], cursor: string | null = 'next') => asked.at(-1)!.answer({ ok: true, value: { items, next_cursor: cursor } }),
    fail: (failure: Failure) => asked.at(-1)!.answer({ ok: false, failure }),
    texts: () => shown?.loaded?.items.map(({ text }) => text) ?? [],
  };
}

async function openWithRows() {
  const page = open();
  await page.answer(rows(0, 20));
  return page;
}

test('more is joined, and asked for once however often the button is pressed', async () => {
  const page = await openWithRows();
  const count = page.list.loadMore();
  expect(await page.list.loadMore()).toBe(0);
  expect(page.asked.map(({ part }) => part)).toEqual([{ limit: 20 }, { limit: 20, cursor: 'next' }]);
  expect(page.shown()).toMatchObject({ loadingMore: true });
  await page.answer(rows(20, 5), null);
  expect(await count).toBe(5);
  expect(page.shown()).toMatchObject({ loadingMore: false, loaded: { nextCursor: null } });
  expect(page.kept()).toBe(25);
});

test('a refresh asks for as much as is shown, and leaves it when it fails', async () => {
  const page = await openWithRows();
  void page.list.loadMore();
  await page.answer(rows(20, 20));
  page.list.refresh();
  expect(page.asked.at(-1)!.part).toEqual({ limit: 40 });
  await page.fail(offline);
  expect(page.texts()).toHaveLength(40);
  expect([page.shown()?.failure, page.told]).toEqual([null, ['missed']]);
});

describe('a refresh while more is under way', () => {
  test('waits, so that neither undoes the other', async () => {
    const page = await openWithRows();
    void page.list.loadMore();
    page.list.refresh();
    page.list.refresh();
    expect(page.asked).toHaveLength(2);
    await page.answer(rows(20, 20));
    expect(page.asked.map(({ part }) => part.limit)).toEqual([20, 20, 40]);
    await page.answer(rows(0, 40, 'new'));
    expect(page.texts()).toEqual(Array(40).fill('new'));
    expect(page.asked).toHaveLength(3);
  });

  test('comes also when there is no more to be had, and what was wrong is still said', async () => {
    const page = await openWithRows();
    void page.list.loadMore();
    page.list.refresh();
    await page.fail(offline);
    expect(page.shown()).toMatchObject({ loadingMore: false, moreFailure: offline });
    await page.answer(rows(0, 20, 'new'));
    expect(page.texts()).toEqual(Array(20).fill('new'));
    expect(page.shown()).toMatchObject({ moreFailure: offline });
  });
});

test('whoever wants more does not wait for a refresh, which comes afterwards', async () => {
  const page = await openWithRows();
  page.list.refresh();
  const early = page.asked.at(-1)!;
  void page.list.loadMore();
  expect(early.signal.aborted).toBe(true);
  await page.answer(rows(20, 20));
  await early.answer({ ok: true, value: { items: rows(0, 20, 'early'), next_cursor: 'next' } });
  expect(page.texts()).toEqual(Array(40).fill('old'));
  expect(page.asked.at(-1)!.part).toEqual({ limit: 40 });
});

test('a cursor that is no good any more starts the list again', async () => {
  const page = await openWithRows();
  void page.list.loadMore();
  await page.fail(problemOf(400, { code: 'invalid_cursor' }, null));
  expect(page.asked.at(-1)!.part).toEqual({ limit: 20 });
  expect(page.shown()).toMatchObject({ loadingMore: false, moreFailure: null });
});

// Another client was chosen, or somebody signed out: what comes late is another owner's.
test.each([
  ['rows', { ok: true, value: { items: rows(20, 20), next_cursor: null } }],
  ['a conflict', { ok: false, failure: moved }],
] as const)('after its end nothing is shown, kept or handled: %s', async (_, outcome) => {
  const page = await openWithRows();
  const count = page.list.loadMore();
  const before = page.shown();
  page.list.end();
  expect(page.asked.at(-1)!.signal.aborted).toBe(true);
  await page.asked.at(-1)!.answer(outcome);
  expect(await count).toBe(0);
  expect([page.shown(), page.kept(), page.told]).toEqual([before, 20, []]);
});
