// Addresses of the member portal: which page an address means, and which addresses a sign-in may lead back to.

export type Route =
  | { readonly page: 'jobs' | 'documents' | 'account' | 'help' | 'sign_in' | 'activate' | 'password' | 'confirm' | 'not_found' }
  | { readonly page: 'job'; readonly id: string };

const kPages: ReadonlyMap<string, Exclude<Route['page'], 'job'>> = new Map([
  ['/', 'jobs'],
  ['/documents', 'documents'],
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
  const job = /^\/jobs\/([1-9][0-9]{0,18})$/.exec(path);
  return job === null ? { page: 'not_found' } : { page: 'job', id: job[1]! };
}

export function needsSession({ page }: Route): boolean {
  return page === 'jobs' || page === 'job' || page === 'documents' || page === 'account';
}

export function jobPath(id: string): string {
  return `/jobs/${id}`;
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
