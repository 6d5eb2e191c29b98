import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { forgetAnswers, recallAnswer, rememberAnswer } from '../src/common/api/answers.ts';
import { call } from '../src/common/api/client.ts';
import { waitAfter } from '../src/common/live/backoff.ts';
import { isChange, readChange, type Change } from '../src/common/live/change.ts';
import { keepConnected } from '../src/common/live/connection.ts';
import { EventParser } from '../src/common/live/event_parser.ts';

describe('events', () => {
  const stream = 'retry: 2000\n\nevent: resync\ndata: {}\n\n:\n\nevent: jobs\ndata: {"job_id":"7"}\n\nevent: sites\r\ndata: {}\r\n\r\n';
  const whole = [
    { name: 'resync', data: '{}' },
    { name: 'jobs', data: '{"job_id":"7"}' },
    { name: 'sites', data: '{}' },
  ];

  test('are read whole, and cut at every place', () => {
    expect(new EventParser().push(stream)).toEqual(whole);
    for (let cut = 1; cut < stream.length; cut += 1) {
      // Between the two characters of a line's end nothing is cut by a server of ours; a line may be.
      if (stream.slice(cut - 1, cut + 1) === '\r\n') continue;
      const parser = new EventParser();
      expect([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))], `cut at ${cut}`).toEqual(whole);
    }
  });

  test('name what changed', () => {
    expect(readChange('jobs', '{"job_id":"7"}')).toEqual({ name: 'jobs', jobId: '7' });
    expect(readChange('jobs', '{}')).toEqual({ name: 'jobs', jobId: null });
    expect(readChange('documents', 'nonsense')).toEqual({ name: 'documents', jobId: null });
    expect(readChange('invoices', '{}')).toEqual({ name: 'invoices', jobId: null });
    expect(readChange('jobs', 'nonsense')).toEqual({ name: 'jobs', jobId: null });
    expect(readChange('work_requests', '{}')).toEqual({ name: 'work_requests', jobId: null });
    expect(readChange('of a later version', '{}')).toBeNull();
  });

  test('of another tab are looked at before they are believed', () => {
    expect([{ name: 'jobs', jobId: null }, { name: 'resync', jobId: '1' }].map(isChange)).toEqual([true, true]);
    expect([null, 'jobs', { name: 'else', jobId: null }, { name: 'jobs' }, { name: 'jobs', jobId: 7 }].map(isChange)).toEqual(Array(5).fill(false));
  });
});

test('waiting grows, has an end, is spread, and is never less than the server said', () => {
  const least = (failures: number, told: number | null = null) => waitAfter(failures, told, () => 0);
  const most = (failures: number, told: number | null = null) => waitAfter(failures, told, () => 1);
  expect([least(0), most(0)]).toEqual([0, 1000]);
  expect([1, 2, 3, 4].map((failures) => [least(failures), most(failures)])).toEqual([[500, 1000], [1000, 2000], [2000, 4000], [4000, 8000]]);
  expect([least(100), most(100)]).toEqual([15_000, 30_000]);
  expect([least(1, 7), most(1, 7)]).toEqual([7500, 8000]);
});

describe('answers with a tag', () => {
  beforeEach(forgetAnswers);
  afterEach(() => vi.unstubAllGlobals());

  test('belong to one membership, and only so many are kept', () => {
    rememberAnswer('/a', '1', '"x"', { items: [] });
    expect(recallAnswer('/a', '1')?.tag).toBe('"x"');
    expect(recallAnswer('/a', '2')).toBeNull();
    for (let number = 0; number < 40; number += 1) rememberAnswer(`/${number}`, '1', '"y"', null);
    expect(recallAnswer('/a', '1')).toBeNull();
    rememberAnswer('/39', '1', null, null);
    expect(recallAnswer('/39', '1')).toBeNull();
  });

  test('are asked about, and what is the same is the same object', async () => {
    const asked: (string | null)[] = [];
    vi.stubGlobal('fetch', (_: string, { headers }: { headers: Headers }) => {
      asked.push(headers.get('If-None-Match'));
      if (asked.length > 1) return Promise.resolve(new Response(null, { status: 304 }));
      return Promise.resolve(new Response('{"items":[],"next_cursor":null}', { headers: { 'Content-Type': 'application/json', ETag: '"a"' } }));
    });
    const ask = () => call('get', '/sites', { membership: '1' });
    const [first, second] = [await ask(), await ask()];
    expect(asked).toEqual([null, '"a"']);
    expect(first.ok && second.ok && first.value === second.value && first.value.items).toEqual([]);
    await call('get', '/sites', { membership: '2' });
    expect(asked[2]).toBeNull();
  });
});

describe('a connection', () => {
  const texts = (...parts: string[]) => new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const events = (...parts: string[]) => new Response(texts(...parts), { headers: { 'Content-Type': 'text/event-stream' } });
  const connect = (answers: (() => Response | Promise<Response>)[]) => {
    const abort = new AbortController();
    const changes: Change[] = [];
    const at: number[] = [];
    vi.stubGlobal('fetch', () => {
      at.push(Date.now());
      const answer = answers[at.length - 1];
      if (answer === undefined) {
        abort.abort();
        return Promise.reject(new Error('aborted'));
      }
      return Promise.resolve(answer());
    });
    const over = keepConnected({ membership: '1', signal: abort.signal, onChange: (change) => changes.push(change) });
    return { over, changes, at };
  };
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal('navigator', { onLine: true });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('is opened again after a server that is too busy, when the server said', async () => {
    const busy = () => new Response('{}', { status: 503, headers: { 'Retry-After': '9' } });
    const { over, changes, at } = connect([busy, () => events('event: jobs\ndata: {"job_id":"3"}\n\n')]);
    await vi.advanceTimersByTimeAsync(60_000);
    await over;
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(9000);
    expect(at[1]! - at[0]!).toBeLessThan(11_000);
    // The outage was long enough to look whether what is shown can be asked for at all.
    expect(changes).toEqual([{ name: 'resync', jobId: null }, { name: 'jobs', jobId: '3' }]);
    expect(at).toHaveLength(3);
  });

  test('ends for good with the session', async () => {
    for (const status of [401, 409]) {
      const { over, changes, at } = connect([() => new Response('{}', { status })]);
      await over;
      expect([changes, at.length]).toEqual([[{ name: 'ended', jobId: null }], 1]);
    }
    const { over, changes, at } = connect([() => events('event: ended\ndata: {}\n\n')]);
    await over;
    expect([changes, at.length]).toEqual([[{ name: 'ended', jobId: null }], 1]);
  });

  test('that is silent for longer than a server is, is given up', async () => {
    const silent = () => new Response(new ReadableStream({ start() {} }), { headers: { 'Content-Type': 'text/event-stream' } });
    vi.stubGlobal('window', new EventTarget());
    let opened = 0;
    const abort = new AbortController();
    vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) => {
      opened += 1;
      const response = silent();
      const reader = response.body!.getReader();
      // As a browser does: reading fails once the request was aborted.
      const read = () => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      vi.spyOn(response.body!, 'getReader').mockReturnValue({ ...reader, read } as never);
      return Promise.resolve(response);
    });
    void keepConnected({ membership: '1', signal: abort.signal, onChange: () => undefined });
    await vi.advanceTimersByTimeAsync(49_000);
    expect(opened).toBe(1);
    await vi.advanceTimersByTimeAsync(4000);
    expect(opened).toBe(2);
    abort.abort();
  });
});
