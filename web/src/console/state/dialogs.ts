import { useEffect, useRef, useState } from 'preact/hooks';

// Which dialog of a part of the page is open: one at a time. An answer can come after the reader has closed the dialog that asked, and opened
// another, or gone to another page: `close` closes only the one for which it was made, and says whether that was still there.
export interface Dialogs<What> {
  readonly open: What | null;
  readonly show: (what: What) => void;
  readonly close: () => boolean;
}

export function useDialogs<What>(): Dialogs<What> {
  const [shown, setShown] = useState<{ readonly what: What } | null>(null);
  // At once, where the state waits for the next drawing.
  const latest = useRef(shown);
  const put = (next: typeof shown) => {
    latest.current = next;
    setShown(next);
  };
  useEffect(
    () => () => {
      latest.current = null;
    },
    [],
  );
  const close = () => {
    if (shown === null || shown !== latest.current) return false;
    put(null);
    return true;
  };
  return { open: shown === null ? null : shown.what, show: (what) => put({ what }), close };
}
