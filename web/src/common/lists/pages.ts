// The part of a list that has been loaded so far: one or more answers joined.

export interface List {
  readonly items: readonly { readonly id: string }[];
  readonly next_cursor: string | null;
}

export const pageSize = 20;

export interface Loaded<L extends List> {
  readonly items: readonly L['items'][number][];
  readonly nextCursor: string | null;
  // The answer that the list begins with, and what it said besides its items.
  readonly first: L;
  // Ids of the items that a refresh has changed.
  readonly changed: ReadonlySet<string>;
}

export function firstPage<L extends List>(list: L): Loaded<L> {
  return { items: list.items, nextCursor: list.next_cursor, first: list, changed: new Set() };
}

// An item that moved between two answers would come twice.
export function appendPage<L extends List>(loaded: Loaded<L>, list: L): Loaded<L> {
  const known = new Set(loaded.items.map(({ id }) => id));
  return { ...loaded, items: [...loaded.items, ...list.items.filter(({ id }) => !known.has(id))], nextCursor: list.next_cursor };
}

// How many items to ask for at once, so that as few answers as possible cover so many.
export function refreshSize(items: number): number {
  return Math.min(100, Math.max(pageSize, Math.ceil(items / pageSize) * pageSize));
}

// A changed item marks itself; one that was not in view before does too.
export function markChanges<L extends List>(before: Loaded<L>, now: Loaded<L>): Loaded<L> {
  const known = new Map(before.items.map((item) => [item.id, JSON.stringify(item)]));
  const changed = now.items.filter((item) => known.get(item.id) !== JSON.stringify(item)).map(({ id }) => id);
  return { ...now, changed: changed.length === 0 ? before.changed : new Set(changed) };
}
