import { useState } from 'preact/hooks';

// Rows chosen for something that is done with many at once. What leaves the list leaves the selection.
export interface Selection {
  readonly ids: readonly string[];
  readonly has: (id: string) => boolean;
  readonly toggle: (id: string) => void;
  readonly toggleAll: () => void;
  readonly clear: () => void;
  readonly state: 'none' | 'some' | 'all';
}

export function useSelection(shown: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const ids = shown.filter((id) => chosen.has(id));
  const state = ids.length === 0 ? 'none' : ids.length === shown.length ? 'all' : 'some';
  return {
    ids,
    has: (id) => chosen.has(id),
    toggle: (id) => {
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      setChosen(next);
    },
    toggleAll: () => setChosen(new Set(state === 'all' ? [] : shown)),
    clear: () => setChosen(new Set()),
    state,
  };
}
