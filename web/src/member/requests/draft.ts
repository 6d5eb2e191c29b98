// What was not sent is kept for as long as the tab: through a reload, and through signing in again. It belongs to one membership and goes
// with the first one that is not it.

export type Texts = Readonly<Record<string, string>>;

const kStorageKey = 'portico.request';

// Storage can be forbidden by the browser, or full; then the form alone keeps what was typed.
export function keepDraft(membership: string, texts: Texts): void {
  try {
    sessionStorage.setItem(kStorageKey, JSON.stringify({ membership, texts }));
  } catch {
    return;
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(kStorageKey);
  } catch {
    return;
  }
}

export function recallDraft(membership: string): Texts | null {
  const kept = readDraft();
  if (kept === null) return null;
  if (kept.membership === membership) return kept.texts;
  forgetDraft();
  return null;
}

function readDraft(): { membership: string; texts: Texts } | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(kStorageKey) ?? 'null') as { membership?: unknown; texts?: unknown } | null;
    if (typeof kept?.membership !== 'string') return null;
    const texts = Object.entries(Object(kept.texts) as Record<string, unknown>).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return { membership: kept.membership, texts: Object.fromEntries(texts) };
  } catch {
    return null;
  }
}
