import { forgetAnswers } from '../api/answers.ts';
import type { List, Loaded } from './pages.ts';

// What was seen, so that the way back shows it at once, and the page of one thing begins with what its list said. It belongs to one owner
// (the membership, or the person of staff) and goes with it.

const lists = new Map<string, Loaded<List>>();
const values = new Map<string, unknown>();
let holder: string | null = null;

// The key of a list names its kind first.
export function listKey(kind: string, query: unknown): string {
  return `${kind} ${JSON.stringify(query)}`;
}

function takeOver(owner: string): void {
  if (holder !== owner) forgetLists();
  holder = owner;
}

export function rememberList<L extends List>(owner: string, key: string, loaded: Loaded<L>): void {
  takeOver(owner);
  lists.set(key, loaded);
}

export function recallList<L extends List>(owner: string, key: string): Loaded<L> | null {
  return holder === owner ? ((lists.get(key) as Loaded<L> | undefined) ?? null) : null;
}

// One item of any list of this kind.
export function recallItem<Item extends { readonly id: string }>(owner: string, kind: string, id: string): Item | null {
  if (holder !== owner) return null;
  for (const [key, loaded] of lists) {
    if (!key.startsWith(`${kind} `)) continue;
    const item = loaded.items.find((candidate) => candidate.id === id);
    if (item !== undefined) return item as Item;
  }
  return null;
}

export function rememberValue(owner: string, key: string, value: unknown): void {
  takeOver(owner);
  values.set(key, value);
}

// Null: not asked for yet.
export function recallValue<Value>(owner: string, key: string): Value | null {
  return holder === owner ? ((values.get(key) as Value | undefined) ?? null) : null;
}

export function forgetLists(): void {
  lists.clear();
  values.clear();
  forgetAnswers();
  holder = null;
}
