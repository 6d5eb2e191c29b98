// Addresses of the member portal: which page an address means, and which addresses a sign-in may lead back to.

export type Route =
  | { readonly page: PageName }
  | { readonly page: 'job' | 'quote' | 'request'; readonly id: string };

type PageName =
  | 'jobs'
  | 'documents'
  | 'quotes'
  | 'invoices'
  | 'requests'
  | 'new_request'
  | 'account'
  | 'help'
  | 'sign_in'
  | 'activate'
  | 'password'
  | 'confirm'
  | 'not_found';

const kPages: ReadonlyMap<string, PageName> = new Map([
  ['/', 'jobs'],
  ['/documents', 'documents'],
  ['/quotes', 'quotes'],
  ['/invoices', 'invoices'],
  ['/requests', 'requests'],
  ['/requests/new', 'new_request'],
  ['/account', 'account'],
  ['/help', 'help'],
  ['/sign-in', 'sign_in'],
  ['/activate', 'activate'],
  ['/password', 'password'],
  ['/confirm', 'confirm'],
]);

export function matchRoute(path: string): Route {
  const page = kPages.get(path);
  if (page !== undefined) return { page };
  const one = /^\/(job|quote|request)s\/([1-9][0-9]{0,18})$/.exec(path);
  return one === null ? { page: 'not_found' } : { page: one[1] as 'job' | 'quote' | 'request', id: one[2]! };
}

export function needsSession({ page }: Route): boolean {
  return ['jobs', 'job', 'documents', 'quotes', 'quote', 'invoices', 'requests', 'new_request', 'request', 'account'].includes(page);
}

export function jobPath(id: string): string {
  return `/jobs/${id}`;
}

export function quotePath(id: string): string {
  return `/quotes/${id}`;
}

export function requestPath(id: string): string {
  return `/requests/${id}`;
}

export function signInPath(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ next }).toString()}`;
}

// Only a path of the same origin is followed after signing in; anything else leads to the jobs. The API and the pages that
// open a session are no places to return to.
export function safeNext(next: string | null, origin: string): string {
  if (next === null || !/^\/(?![/\\])/.test(next) || /[\u0000-\u001f\u007f\\]/.test(next)) return '/';
  let url: URL;
  try {
    url = new URL(next, origin);
  } catch {
    return '/';
  }
  if (url.origin !== origin || url.pathname.startsWith('//') || url.pathname.startsWith('/api/')) return '/';
  if (['/sign-in', '/activate', '/password', '/confirm'].includes(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}
