import { useCallback, useRef } from 'preact/hooks';

// The newest form of a function, for what calls it later: by then the page may show something else.
export function useLatest(call: () => void): () => void {
  const latest = useRef(call);
  latest.current = call;
  return useCallback(() => latest.current(), []);
}
