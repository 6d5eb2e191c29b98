import { useEffect, useState } from 'preact/hooks';
import type { Language } from '../../common/i18n/catalogues.ts';
import { useShell } from '../../common/state/shell.tsx';
import { previewLayout, type LayoutPreview } from '../api/layouts.ts';
import { changesOf, layoutOf, type Values } from './model.ts';

const kTypingPauseMilliseconds = 500;

export interface Preview {
  readonly value: LayoutPreview | null;
  // Something in it is wrong at the moment: what is shown is from before.
  readonly isOld: boolean;
}

// What the server would send, a moment after the last key.
export function useLayoutPreview(values: Values, saved: Values, language: Language): Preview {
  const { handleFailure } = useShell();
  const [preview, setPreview] = useState<Preview & { readonly language: Language }>({ value: null, isOld: false, language });
  // What was not touched is left to the server, which has more of the usual mail than the page, such as its plain text.
  const changes = changesOf(values, saved, language) ?? { language };
  const layout = JSON.stringify([layoutOf(values, language), changes]);
  useEffect(() => {
    const abort = new AbortController();
    const ask = async () => {
      const answer = await previewLayout(changes, abort.signal);
      if (abort.signal.aborted) return;
      if (answer.ok) setPreview({ value: answer.value, isOld: false, language });
      else if (!handleFailure(answer.failure)) setPreview((before) => ({ ...before, isOld: true }));
    };
    const timer = setTimeout(() => void ask(), preview.value === null || preview.language !== language ? 0 : kTypingPauseMilliseconds);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [layout]);
  return preview;
}
