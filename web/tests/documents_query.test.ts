import { describe, expect, test } from 'vitest';
import { documentsApiQuery, documentsPath, parseDocumentsQuery } from '../src/member/documents/query.ts';

describe('the address of the documents page', () => {
  test.each([
    ['', { q: '', sort: '-created_at' }, '/documents'],
    ['?q=plan&sort=name', { q: 'plan', sort: 'name' }, '/documents?q=plan&sort=name'],
    ['?sort=-created_at', { q: '', sort: '-created_at' }, '/documents'],
    ['?sort=size&q=%20a%20', { q: 'a', sort: '-created_at' }, '/documents?q=a'],
  ] as const)('%s', (search, query, path) => {
    expect(parseDocumentsQuery(search)).toEqual(query);
    expect(documentsPath(query)).toBe(path);
  });

  test('a search that is too long is cut, between characters', () => {
    expect(parseDocumentsQuery(`?q=${'😀'.repeat(120)}`).q).toBe('😀'.repeat(100));
  });

  test('the API is not asked for an empty search', () => {
    expect(documentsApiQuery({ q: '', sort: 'name' })).toEqual({ sort: 'name' });
    expect(documentsApiQuery({ q: 'a', sort: 'name' })).toEqual({ sort: 'name', q: 'a' });
  });
});
