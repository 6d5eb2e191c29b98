import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import type { Change, ChangeName } from '../../common/live/change.ts';
import { useChanges } from '../../common/live/use_changes.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { useWake } from '../../common/wake.ts';
import type { MemberKey } from '../i18n/catalogues.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from './application.tsx';

// The page of one thing: asked for when it opens, when the reader comes back to it, and when something that it shows has changed.

interface OneProperties<Value> {
  // Of what, and for whom.
  readonly key: string;
  readonly load: (signal: AbortSignal) => Promise<Outcome<Value>>;
  readonly shows: readonly ChangeName[];
  // Among those: whether this one may have changed.
  readonly isMine?: (change: Change) => boolean;
  // Said when it has changed behind the reader's back.
  readonly changed: MemberKey;
}

export interface One<Value> {
  readonly answer: Outcome<Value> | null;
  readonly updated: boolean;
  readonly reload: () => void;
  // What an action of the reader has made of it.
  readonly take: (value: Value) => void;
}

export function useOne<Value>({ key, load, shows, isMine = () => true, changed }: OneProperties<Value>): One<Value> {
  const { t } = useWords();
  const { handleFailure, markLoaded, markMissed } = useApp();
  const [updated, setUpdated] = useState(false);
  const [answer, setAnswer] = useState<Outcome<Value> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const shown = useRef(answer);
  shown.current = answer;
  const asking = useRef<AbortController | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    asking.current = abort;
    void load(abort.signal).then((result) => {
      if (abort.signal.aborted || (!result.ok && handleFailure(result.failure))) return;
      if (result.ok) markLoaded();
      if (result.ok && shown.current?.ok === true && JSON.stringify(result.value) !== JSON.stringify(shown.current.value)) {
        setUpdated(true);
        announce(t(changed));
      }
      // What is already shown stays when a refresh fails; the banner dates it.
      if (!result.ok && shown.current?.ok === true && !hasCode(result.failure, 'not_found')) markMissed();
      else setAnswer(result);
    });
    return () => abort.abort();
  }, [key, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const take = useCallback((value: Value) => {
    // What is being asked may be answered with what was before.
    asking.current?.abort();
    shown.current = { ok: true, value };
    setAnswer(shown.current);
  }, []);
  useWake(reload);
  useChanges(shows, (changes) => {
    if (changes.some(isMine)) reload();
  });
  return { answer, updated, reload, take };
}
