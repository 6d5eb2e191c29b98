// What the documents page shows stands in its address, so that going back and sharing work.

export const documentSorts = ['-created_at', 'created_at', 'name', '-name'] as const;
export type DocumentSort = (typeof documentSorts)[number];

export interface DocumentsQuery {
  readonly q: string;
  readonly sort: DocumentSort;
}

// What an address says wrongly is left out rather than sent on.
export function parseDocumentsQuery(search: string): DocumentsQuery {
  const parameters = new URLSearchParams(search);
  return {
    q: [...(parameters.get('q') ?? '').trim()].slice(0, 100).join(''),
    sort: documentSorts.find((candidate) => candidate === parameters.get('sort')) ?? documentSorts[0],
  };
}

export function documentsPath({ q, sort }: DocumentsQuery): string {
  const parameters = new URLSearchParams();
  if (q !== '') parameters.set('q', q);
  if (sort !== documentSorts[0]) parameters.set('sort', sort);
  const text = parameters.toString();
  return text === '' ? '/documents' : `/documents?${text}`;
}

// The same as the address, in the words of the API.
export function documentsApiQuery({ q, sort }: DocumentsQuery) {
  return q === '' ? { sort } : { sort, q };
}
