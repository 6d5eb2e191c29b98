import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../common/api/client.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { useWords } from '../i18n/words.ts';

interface SwitchProperties<Value> {
  on: boolean;
  // What its state is called, the same in every row; what is read out names the row, too.
  text: (on: boolean) => string;
  name: string;
  request: (on: boolean) => Promise<Outcome<Value>>;
  // What is read out once it has taken effect.
  said: (on: boolean) => string;
  done: (value: Value) => void;
}

// Takes effect at once; what could not be changed goes back to what it was.
export function Switch<Value>({ on, text, name, request, said, done }: SwitchProperties<Value>) {
  const translator = useWords();
  const { handleFailure, describe } = useShell();
  const [wish, setWish] = useState<boolean | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // An answer that comes after the page has gone is nobody's any more.
  const isThere = useRef(true);
  useEffect(() => () => void (isThere.current = false), []);
  const change = async (wanted: boolean) => {
    if (wish !== null) return;
    setWish(wanted);
    setProblem(null);
    const answer = await request(wanted);
    if (!isThere.current) return;
    setWish(null);
    if (answer.ok) {
      announce(said(wanted));
      done(answer.value);
    } else if (!handleFailure(answer.failure)) {
      setProblem(describe(answer.failure, translator));
    }
  };
  const shown = wish ?? on;
  return (
    <>
      <label class="check">
        <input type="checkbox" role="switch" checked={shown} onChange={(event) => void change(event.currentTarget.checked)} />
        <span>
          {text(shown)}
          <span class="visually-hidden">: {name}</span>
        </span>
      </label>
      {problem !== null && (
        <span class="field-error" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
