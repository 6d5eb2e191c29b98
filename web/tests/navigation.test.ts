import { describe, expect, test } from 'vitest';
import { matchRoute, needsSession, safeNext, signInPath } from '../src/common/navigation.ts';
import { httpAddress, mapAddress } from '../src/common/links.ts';

describe('routes', () => {
  test.each([
    ['/', { page: 'jobs' }],
    ['/jobs/1042', { page: 'job', id: '1042' }],
    ['/sign-in', { page: 'sign_in' }],
    ['/activate', { page: 'activate' }],
    ['/documents', { page: 'documents' }],
    ['/requests', { page: 'requests' }],
    ['/requests/new', { page: 'new_request' }],
    ['/requests/81', { page: 'request', id: '81' }],
    ['/requests/', { page: 'not_found' }],
    ['/requests/0', { page: 'not_found' }],
    ['/requests/newer', { page: 'not_found' }],
    ['/quotes', { page: 'quotes' }],
    ['/quotes/41', { page: 'quote', id: '41' }],
    ['/quotes/041', { page: 'not_found' }],
    ['/quotes/new', { page: 'not_found' }],
    ['/invoices', { page: 'invoices' }],
    ['/account', { page: 'account' }],
    ['/help', { page: 'help' }],
    ['/password', { page: 'password' }],
    ['/confirm', { page: 'confirm' }],
    ['/toString', { page: 'not_found' }],
    ['/jobs', { page: 'not_found' }],
    ['/jobs/', { page: 'not_found' }],
    ['/jobs/0', { page: 'not_found' }],
    ['/jobs/12a', { page: 'not_found' }],
    ['/jobs/12/files', { page: 'not_found' }],
    ['/jobs/12345678901234567890', { page: 'not_found' }],
    ['/Sign-In', { page: 'not_found' }],
  ])('%s', (path, route) => {
    expect(matchRoute(path)).toEqual(route);
  });
});

test('pages that show something of a client need a session, all others do not', () => {
  const paths = ['/', '/jobs/1', '/documents', '/quotes', '/quotes/1', '/invoices', '/requests', '/requests/new', '/requests/1', '/account', '/help', '/sign-in', '/activate', '/password', '/confirm', '/nothing'];
  expect(paths.filter((path) => needsSession(matchRoute(path)))).toEqual(['/', '/jobs/1', '/documents', '/quotes', '/quotes/1', '/invoices', '/requests', '/requests/new', '/requests/1', '/account']);
});

describe('where a sign-in leads back to', () => {
  const origin = 'https://portal.example';

  test.each([
    ['/', '/'],
    ['/jobs/12', '/jobs/12'],
    ['/?state=finished&q=a%20b', '/?state=finished&q=a%20b'],
    ['/files/plan.pdf?x=1#top', '/files/plan.pdf?x=1#top'],
  ])('%s is followed', (next, path) => {
    expect(safeNext(next, origin)).toBe(path);
  });

  test.each([
    null,
    '',
    'jobs/12',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/..//evil.example/',
    '/a/../..//evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/\n/evil.example',
    '/jobs\\..\\x',
    '/api/v1/session',
    '/x/../api/v1/session',
    '/sign-in?next=/',
    '/activate',
    ' /jobs/1',
  ])('%j is not', (next) => {
    expect(safeNext(next, origin)).toBe('/');
  });

  test('the way there and back', () => {
    expect(signInPath('/')).toBe('/sign-in');
    const path = signInPath('/?state=finished&q=a b');
    expect(safeNext(new URL(path, origin).searchParams.get('next'), origin)).toBe('/?state=finished&q=a%20b');
  });
});

describe('links from elsewhere', () => {
  test.each([
    ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
    ['http://example.com', 'http://example.com/'],
    ['javascript:alert(1)', null],
    ['JaVaScRiPt:alert(1)', null],
    ['data:text/html,x', null],
    ['example.com', null],
    ['', null],
    [null, null],
  ])('%s', (text, address) => {
    expect(httpAddress(text)).toBe(address);
  });

  test('an address on the map', () => {
    expect(mapAddress('12 Mill Lane & Co #4')).toBe('https://www.openstreetmap.org/search?query=12+Mill+Lane+%26+Co+%234');
  });
});
