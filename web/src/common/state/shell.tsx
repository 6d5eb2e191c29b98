import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import type { Failure } from '../api/failure.ts';
import { usePlace } from '../history.ts';
import type { Translator } from '../i18n/language.tsx';

// What the shared parts need to know of the entry point in which they stand: the member portal or the staff console.

export interface Shell extends Freshness {
  readonly business: string;
  readonly timeZone: string;
  readonly minimumPasswordLength: number;
  // Whose lists are kept for the way back: those of anybody else are forgotten. Null: nobody is signed in.
  readonly owner: string | null;
  readonly paths: { readonly signIn: string; readonly password: string };
  readonly pageTitle: (title: string) => string;
  readonly describe: (failure: Failure, translator: Translator) => string;
  readonly describeField: (code: string, translator: Translator) => string;
  // Deals with what may happen to any request, such as the end of the session. False: the page's own matter.
  readonly handleFailure: (failure: Failure) => boolean;
}

// When what is shown was true, and whether asking again has failed since.
export interface Freshness {
  readonly loadedAt: Date | null;
  readonly missed: boolean;
  readonly markLoaded: () => void;
  readonly markMissed: () => void;
}

export function useFreshness(): Freshness {
  const [loadedAt, setLoadedAt] = useState<Date | null>(null);
  const [missed, setMissed] = useState(false);
  // Another page asks for its own.
  const { key } = usePlace();
  useEffect(() => setMissed(false), [key]);
  const markLoaded = useCallback(() => {
    setLoadedAt(new Date());
    setMissed(false);
  }, []);
  const markMissed = useCallback(() => setMissed(true), []);
  return { loadedAt, missed, markLoaded, markMissed };
}

const ShellContext = createContext<Shell | null>(null);

export function ShellProvider({ shell, children }: { shell: Shell; children: ComponentChildren }) {
  return <ShellContext.Provider value={shell}>{children}</ShellContext.Provider>;
}

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (shell === null) throw new Error('useShell outside of ShellProvider');
  return shell;
}
