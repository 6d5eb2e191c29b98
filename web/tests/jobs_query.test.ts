import { describe, expect, test } from 'vitest';
import type { JobList, JobState } from '../src/common/api/client.ts';
import { appendPage, firstPage, markChanges, refreshSize } from '../src/common/lists/pages.ts';
import {
  apiQuery,
  countFilters,
  datesAreInOrder,
  hasFilters,
  inState,
  jobsPath,
  parseJobsQuery,
  statesFor,
  withoutFilters,
} from '../src/member/jobs/query.ts';

const all: JobState[] = ['planned', 'active', 'finished', 'cancelled'];
const parse = (search: string) => parseJobsQuery(search, all)!;

describe('which states may be seen', () => {
  test.each([
    [['view_job_status', 'view_completed_jobs'] as const, all],
    [['view_job_status'] as const, ['planned', 'active', 'cancelled']],
    [['view_completed_jobs'] as const, ['finished', 'cancelled']],
    [['view_documents'] as const, []],
  ])('%j', (permissions, states) => {
    expect(statesFor([...permissions])).toEqual(states);
  });

  test('none: there is nothing to ask for', () => {
    expect(parseJobsQuery('?state=planned', [])).toBeNull();
  });

  test('a state without permission gives way to the first one that may be seen', () => {
    expect(parseJobsQuery('?state=planned', ['finished', 'cancelled'])!.state).toBe('finished');
  });
});

describe('the address of the jobs page', () => {
  test('holds what was chosen and nothing else', () => {
    expect(jobsPath(parse(''), all)).toBe('/');
    const path = '/?state=active&q=PO-1+%26&site=31&from=2026-11-01&to=2026-11-30&assignment=pending&sort=-number';
    expect(jobsPath(parse(path.slice(1)), all)).toBe(path);
  });

  test.each(['state=x', 'site=abc', 'from=2026-02-30', 'to=1.1.2026', 'assignment=x', 'sort=name', 'limit=5'])(
    'what it says wrongly is left out: %s',
    (search) => {
      expect(jobsPath(parse(`?${search}`), all)).toBe('/');
    },
  );

  test('finished jobs come newest first and have no assignment', () => {
    const query = parse('?state=finished&assignment=pending');
    expect(apiQuery(query)).toEqual({ state: 'finished', sort: '-scheduled_at' });
  });

  test('another tab keeps the filters, and its own order unless one was chosen', () => {
    expect(jobsPath(inState(parse('?q=x&assignment=pending'), 'finished'), all)).toBe('/?state=finished&q=x');
    expect(apiQuery(inState(parse('?sort=-number'), 'finished')).sort).toBe('-number');
  });

  test('a search is cut to what the API takes, by characters', () => {
    expect([...parse(`?q=${'ñ'.repeat(150)}`).q]).toHaveLength(100);
  });

  test('filters are counted and cleared', () => {
    const query = parse('?q=x&site=1&from=2026-11-01');
    expect(countFilters(query)).toBe(2);
    expect(hasFilters(query)).toBe(true);
    expect(hasFilters(withoutFilters(query))).toBe(false);
  });

  test('dates in the wrong order are noticed', () => {
    expect(datesAreInOrder(parse('?from=2026-11-02&to=2026-11-01'))).toBe(false);
    expect(datesAreInOrder(parse('?from=2026-11-02&to=2026-11-02'))).toBe(true);
  });
});

describe('pages of a list', () => {
  const item = (id: string, number = id) => ({ id, number }) as JobList['items'][number];
  const list = (ids: string[], next_cursor: string | null = null): JobList => ({ items: ids.map((id) => item(id)), next_cursor });

  test('are joined, and a job that moved between them comes once', () => {
    const joined = appendPage(firstPage(list(['1', '2'], 'c')), list(['2', '3']));
    expect(joined.items.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(joined.nextCursor).toBeNull();
  });

  test('a refresh marks what changed and what is new', () => {
    const changed = { items: [item('1'), item('2', 'other'), item('3')], next_cursor: null };
    const refreshed = markChanges(firstPage(list(['1', '2'])), firstPage(changed));
    expect([...refreshed.changed]).toEqual(['2', '3']);
    expect(markChanges(refreshed, firstPage(changed)).changed, 'nothing new: the marks stay').toBe(refreshed.changed);
  });

  test('a refresh asks for all that is shown, within the limit', () => {
    expect([0, 20, 21, 250].map(refreshSize)).toEqual([20, 20, 40, 100]);
  });
});
