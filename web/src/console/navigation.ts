import { safeNext } from '../common/navigation.ts';

// Addresses of the staff console: which page an address means, and what stands in the side bar.

type One = 'client' | 'quote' | 'request';

export type Route =
  | {
      readonly page:
        | 'overview'
        | 'clients'
        | 'users'
        | 'documents'
        | 'requests'
        | 'quotes'
        | 'invoices'
        | 'appearance'
        | 'invitations'
        | 'activity'
        | 'settings'
        | 'account'
        | 'sign_in'
        | 'activate'
        | 'password'
        | 'not_found';
    }
  | { readonly page: One; readonly id: string };

type Page = Exclude<Route['page'], One>;

const kPages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/console', 'overview'],
  ['/console/clients', 'clients'],
  ['/console/users', 'users'],
  ['/console/requests', 'requests'],
  ['/console/quotes', 'quotes'],
  ['/console/documents', 'documents'],
  ['/console/invoices', 'invoices'],
  ['/console/appearance', 'appearance'],
  ['/console/invitations', 'invitations'],
  ['/console/activity', 'activity'],
  ['/console/settings', 'settings'],
  ['/console/account', 'account'],
  ['/console/sign-in', 'sign_in'],
  ['/console/activate', 'activate'],
  ['/console/password', 'password'],
]);

export const pagesWithTokens: readonly string[] = ['/console/activate', '/console/password'];

// In the order of the side bar. `within` names pages that stand below the entry.
export const sideBar = [
  { path: '/console', page: 'overview', icon: 'overview' },
  { path: '/console/clients', page: 'clients', icon: 'clients', within: 'client' },
  { path: '/console/users', page: 'users', icon: 'users' },
  { path: '/console/requests', page: 'requests', icon: 'requests', within: 'request' },
  { path: '/console/quotes', page: 'quotes', icon: 'quote', within: 'quote' },
  { path: '/console/documents', page: 'documents', icon: 'document' },
  { path: '/console/invoices', page: 'invoices', icon: 'invoice' },
  { path: '/console/appearance', page: 'appearance', icon: 'appearance' },
  { path: '/console/invitations', page: 'invitations', icon: 'mail' },
  { path: '/console/activity', page: 'activity', icon: 'activity' },
  { path: '/console/settings', page: 'settings', icon: 'settings' },
] as const satisfies readonly { path: string; page: Route['page']; icon: string; within?: Route['page'] }[];

export function ownsPath(path: string): boolean {
  return path === '/console' || path.startsWith('/console/');
}

export function matchRoute(path: string): Route {
  const page = kPages.get(path);
  if (page !== undefined) return { page };
  const one = /^\/console\/(client|quote|request)s\/([1-9][0-9]{0,18})$/.exec(path);
  return one === null ? { page: 'not_found' } : { page: one[1] as One, id: one[2]! };
}

export function needsSession({ page }: Route): boolean {
  return !['sign_in', 'activate', 'password', 'not_found'].includes(page);
}

export function clientPath(id: string): string {
  return `/console/clients/${id}`;
}

export function quotePath(id: string): string {
  return `/console/quotes/${id}`;
}

export function requestPath(id: string): string {
  return `/console/requests/${id}`;
}

export function signInPath(next: string): string {
  return next === '/console' ? '/console/sign-in' : `/console/sign-in?${new URLSearchParams({ next }).toString()}`;
}

// A sign-in of staff leads back into the console and nowhere else.
export function safeConsoleNext(next: string | null, origin: string): string {
  const safe = safeNext(next, origin);
  return needsSession(matchRoute(new URL(safe, origin).pathname)) ? safe : '/console';
}
