import { webcrypto } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { forgetKey, keyFor } from '../src/common/api/idempotency.ts';
import { contentDisposition } from '../src/common/api/upload.ts';
import { matchRoute, needsSession, ownsPath, safeConsoleNext, sideBar, signInPath } from '../src/console/navigation.ts';
import { formatFilters, parseFilters } from '../src/console/state/filters.ts';
import { changedValues } from '../src/console/state/form.ts';

describe('the addresses of the console', () => {
  test.each([
    ['/console', { page: 'overview' }],
    ['/console/clients', { page: 'clients' }],
    ['/console/clients/12', { page: 'client', id: '12' }],
    ['/console/requests', { page: 'requests' }],
    ['/console/requests/7', { page: 'request', id: '7' }],
    ['/console/requests/07', { page: 'not_found' }],
    ['/console/quotes', { page: 'quotes' }],
    ['/console/quotes/7', { page: 'quote', id: '7' }],
    ['/console/quotes/07', { page: 'not_found' }],
    ['/console/documents/7', { page: 'not_found' }],
    ['/console/clients/012', { page: 'not_found' }],
    ['/console/clients/12/x', { page: 'not_found' }],
    ['/console/', { page: 'not_found' }],
    ['/console/toString', { page: 'not_found' }],
    ['/', { page: 'not_found' }],
  ])('%s', (path, route) => {
    expect(matchRoute(path)).toEqual(route);
  });

  test('every entry of the side bar leads to its page, behind the sign-in', () => {
    for (const { path, page } of sideBar) {
      expect(matchRoute(path)).toEqual({ page });
      expect(needsSession({ page })).toBe(true);
    }
    expect(['/console/sign-in', '/console/activate', '/console/password'].filter((path) => needsSession(matchRoute(path)))).toEqual([]);
  });

  test('what belongs to members is loaded by the browser', () => {
    expect(['/console', '/console/users'].every(ownsPath)).toBe(true);
    expect(['/', '/jobs/1', '/consoles', '/api/v1/portal'].some(ownsPath)).toBe(false);
  });

  test.each([
    [null, '/console'],
    ['/console/users?state=failed', '/console/users?state=failed'],
    ['/console/clients/12', '/console/clients/12'],
    ['/console/requests/12', '/console/requests/12'],
    ['/console/quotes/12', '/console/quotes/12'],
    ['/console/sign-in', '/console'],
    ['/console/nothing', '/console'],
    ['/', '/console'],
    ['//evil.example/console', '/console'],
    ['https://evil.example/console', '/console'],
    ['/console\\..\\x', '/console'],
  ])('a sign-in with %j leads to %s', (next, path) => {
    expect(safeConsoleNext(next, 'https://portal.example')).toBe(path);
  });

  test('the way to the sign-in remembers where it came from', () => {
    expect(signInPath('/console')).toBe('/console/sign-in');
    expect(new URL(signInPath('/console/users?q=a b'), 'https://x').searchParams.get('next')).toBe('/console/users?q=a b');
  });
});

describe('the key of something that is done once', () => {
  // What every browser has, and Node only from version 19 on.
  if (!('crypto' in globalThis)) vi.stubGlobal('crypto', webcrypto);

  test('stays while nobody knows the outcome, and ends with an answer, other words or an hour', () => {
    const first = keyFor('/a', '{"x":1}', 0);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(keyFor('/a', '{"x":1}', 1000)).toBe(first);
    expect(keyFor('/a', '{"x":2}', 1000)).not.toBe(first);
    expect(keyFor('/b', '{"x":1}', 1000)).not.toBe(first);
    expect(keyFor('/a', '{"x":1}', 3_600_000)).not.toBe(first);
    const second = keyFor('/a', '{"x":1}', 3_600_001);
    forgetKey('/a', '{"x":1}');
    expect(keyFor('/a', '{"x":1}', 3_600_002)).not.toBe(second);
  });
});

describe('filters in the address', () => {
  test('there and back', () => {
    const values = parseFilters('?state=failed&q=caf%C3%A9%20%26%20co&other=1', ['state', 'q', 'channel']);
    expect(values).toEqual({ state: 'failed', q: 'café & co', channel: '' });
    expect(formatFilters(values)).toBe('?state=failed&q=caf%C3%A9+%26+co');
    expect(formatFilters({ state: '' })).toBe('');
  });
});

test('the name of a file travels in any script', () => {
  expect(contentDisposition('Über 50 % (neu).pdf')).toBe("attachment; filename*=UTF-8''%C3%9Cber%2050%20%25%20%28neu%29.pdf");
  expect(contentDisposition('a\r\nX: y"\ud800.png')).toBe("attachment; filename*=UTF-8''a%0D%0AX%3A%20y%22%EF%BF%BD.png");
});

test('only what differs is sent', () => {
  const saved = { name: 'a', links: { privacy: null as string | null }, languages: ['en'] };
  expect(changedValues({ saved, values: saved })).toEqual({});
  expect(changedValues({ saved, values: { ...saved, links: { privacy: null } } })).toEqual({});
  expect(changedValues({ saved, values: { ...saved, links: { privacy: 'https://x' } } })).toEqual({ links: { privacy: 'https://x' } });
});
