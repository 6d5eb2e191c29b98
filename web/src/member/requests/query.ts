// Which requests the page shows stands in its address, so that going back and sharing work.

export const requestLists = ['open', 'closed'] as const;
export type RequestsShown = (typeof requestLists)[number];

export function parseRequestsShown(search: string): RequestsShown {
  const wanted = new URLSearchParams(search).get('state');
  return requestLists.find((candidate) => candidate === wanted) ?? requestLists[0];
}

export function requestsPath(shown: RequestsShown): string {
  return shown === requestLists[0] ? '/requests' : `/requests?state=${shown}`;
}
