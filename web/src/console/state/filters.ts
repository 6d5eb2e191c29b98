import { navigate, usePlace } from '../../common/history.ts';

// Filters live in the address, so that back and sharing work. What is not chosen is not in it.
export interface Filters<Name extends string> {
  readonly values: Readonly<Record<Name, string>>;
  readonly any: boolean;
  // Typing replaces the entry of the history, choosing makes one.
  readonly set: (name: Name, value: string, options?: { readonly typing?: boolean }) => void;
  readonly clear: () => void;
  // For the query of the API: what is chosen, under the same names.
  readonly query: Readonly<Partial<Record<Name, string>>>;
}

export function parseFilters<Name extends string>(search: string, names: readonly Name[]): Record<Name, string> {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries(names.map((name) => [name, parameters.get(name) ?? ''])) as Record<Name, string>;
}

export function formatFilters(values: Readonly<Record<string, string>>): string {
  const chosen = Object.entries(values).filter(([, value]) => value !== '');
  return chosen.length === 0 ? '' : `?${new URLSearchParams(chosen).toString()}`;
}

export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const { path, search } = usePlace();
  const values = parseFilters(search, names);
  const chosen = Object.entries(values).filter(([, value]) => value !== '');
  return {
    values,
    any: chosen.length > 0,
    set: (name, value, options = {}) => navigate(path + formatFilters({ ...values, [name]: value }), { replace: options.typing === true }),
    clear: () => navigate(path),
    query: Object.fromEntries(chosen) as Partial<Record<Name, string>>,
  };
}
