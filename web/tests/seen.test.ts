import { beforeEach, expect, test } from 'vitest';
import type { JobSummary } from '../src/common/api/client.ts';
import { firstPage } from '../src/common/lists/pages.ts';
import { forgetLists, listKey, recallList, rememberList } from '../src/common/lists/seen.ts';
import { recallJob } from '../src/member/jobs/seen.ts';

const loaded = (id: string) => firstPage({ items: [{ id } as JobSummary], next_cursor: null });

const planned = listKey('jobs', { state: 'planned' });
const finished = listKey('jobs', { state: 'finished' });

beforeEach(forgetLists);

test('a list and its jobs are remembered', () => {
  rememberList('11', planned, loaded('1'));
  rememberList('11', finished, loaded('2'));
  expect(recallList('11', planned)?.items).toEqual([{ id: '1' }]);
  expect(recallJob('11', '2')).toEqual({ id: '2' });
  expect(recallJob('11', '3')).toBeNull();
});

test('a document is no job', () => {
  rememberList('11', listKey('documents', {}), loaded('7'));
  expect(recallJob('11', '7')).toBeNull();
});

test('nothing is shown to another membership', () => {
  rememberList('11', planned, loaded('1'));
  expect(recallList('12', planned)).toBeNull();
  expect(recallJob('12', '1')).toBeNull();
});

test('another membership drives out the lists of the one before', () => {
  rememberList('11', planned, loaded('1'));
  rememberList('12', planned, loaded('2'));
  expect(recallList('11', planned)).toBeNull();
  expect(recallJob('12', '1')).toBeNull();
});

test('forgetting leaves nothing', () => {
  rememberList('11', planned, loaded('1'));
  forgetLists();
  expect(recallJob('11', '1')).toBeNull();
});
