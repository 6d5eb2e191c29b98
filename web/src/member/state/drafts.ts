// What was not sent is kept for as long as the tab: through a reload, and through signing in again. It belongs to one membership and goes
// with the first one that is not it.

export type Texts = Readonly<Record<string, string>>;

const kinds = ['request', 'quotes'] as const;
export type DraftKind = (typeof kinds)[number];

const keyOf = (kind: DraftKind) => `portico.${kind}`;

// Storage can be forbidden by the browser, or full; then the form alone keeps what was typed.
export function keepDraft(kind: DraftKind, membership: string, texts: Texts): void {
  try {
    sessionStorage.setItem(keyOf(kind), JSON.stringify({ membership, texts }));
  } catch {
    return;
  }
}

export function forgetDraft(kind: DraftKind): void {
  try {
    sessionStorage.removeItem(keyOf(kind));
  } catch {
    return;
  }
}

export function forgetDrafts(): void {
  kinds.forEach(forgetDraft);
}

export function recallDraft(kind: DraftKind, membership: string): Texts | null {
  const kept = readDraft(kind);
  if (kept === null) return null;
  if (kept.membership === membership) return kept.texts;
  forgetDraft(kind);
  return null;
}

// Unlike recalling it, asking leaves what others have kept.
export function hasDraft(kind: DraftKind, membership: string): boolean {
  return readDraft(kind)?.membership === membership;
}

// Whoever acts for somebody else now.
export function dropDraftsOfOthers(membership: string): void {
  for (const kind of kinds) recallDraft(kind, membership);
}

function readDraft(kind: DraftKind): { membership: string; texts: Texts } | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(kind)) ?? 'null') as { membership?: unknown; texts?: unknown } | null;
    if (typeof kept?.membership !== 'string') return null;
    const texts = Object.entries(Object(kept.texts) as Record<string, unknown>).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return { membership: kept.membership, texts: Object.fromEntries(texts) };
  } catch {
    return null;
  }
}
