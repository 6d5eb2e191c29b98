import type { Failure } from '../../common/api/failure.ts';
import { useShell } from '../../common/state/shell.tsx';
import { useWords } from '../i18n/words.ts';
import type { Result } from './work.ts';

// What becomes of an item whose request failed. The end of a session ends all of the work, but not that of whoever has signed in since the
// work was given up.
export function useWorkFailure(): (failure: Failure, signal: AbortSignal, text?: string) => Result {
  const translator = useWords();
  const { describe, handleFailure } = useShell();
  return (failure, signal, text = describe(failure, translator)) => (!signal.aborted && handleFailure(failure) ? 'stop' : text);
}
