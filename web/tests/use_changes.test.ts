import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change } from '../src/common/live/change.ts';

const jobs = (jobId: string | null): Change => ({ name: 'jobs', jobId });

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// The hook is the listener alone; what gathers needs no page.
async function listen(visibility: 'visible' | 'hidden') {
  const page = { visibilityState: visibility };
  vi.stubGlobal('document', page);
  const bus = await import('../src/common/live/use_changes.ts');
  const told: [readonly Change[], boolean][] = [];
  bus.listenToChanges((changes, again) => told.push([changes, again]));
  return { page, bus, told };
}

test('many at once are told once, and once more when every worker has heard of them', async () => {
  const { bus, told } = await listen('visible');
  for (let time = 0; time < 5; time += 1) bus.gather(jobs('1'));
  bus.gather(jobs('2'));
  await vi.advanceTimersByTimeAsync(300);
  expect(told).toEqual([[[jobs('1'), jobs('2')], false]]);
  await vi.advanceTimersByTimeAsync(1200);
  expect(told[1]).toEqual([[jobs('1'), jobs('2')], true]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toHaveLength(2);
});

test('what changes meanwhile moves the second time on and is part of it', async () => {
  const { bus, told } = await listen('visible');
  bus.gather(jobs('1'));
  await vi.advanceTimersByTimeAsync(1000);
  bus.gather(jobs('2'));
  await vi.advanceTimersByTimeAsync(1200);
  expect(told.map(([, again]) => again)).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(300);
  expect(told[2]).toEqual([[jobs('1'), jobs('2')], true]);
});

test('a page that nobody looks at waits, and does not remember every job', async () => {
  const { page, bus, told } = await listen('hidden');
  for (let job = 0; job < 200; job += 1) bus.gather(jobs(String(job)));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
  page.visibilityState = 'visible';
  bus.handOn();
  expect(told[0]![0]).toHaveLength(51);
  expect(told[0]![0]).toContainEqual(jobs(null));
});
