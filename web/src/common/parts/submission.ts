import { useRef, useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { isUncertain, requestIdToShow, type Failure } from '../api/failure.ts';
import type { FormError } from './form.tsx';

// What a form goes through between the press of its button and the answer, the same for every form: nothing is sent while something
// is wrong, nothing is sent twice, and a failure clears nothing that was typed.

export interface Submission {
  readonly busy: boolean;
  readonly errors: readonly FormError[];
  readonly requestId: string | null;
  readonly send: <Value>(sending: Sending<Value>) => Promise<void>;
  // What was wrong is not there any more.
  readonly clear: () => void;
}

export interface Sending<Value> {
  // What is wrong already.
  readonly wrong?: readonly FormError[];
  readonly request: () => Promise<Outcome<Value>>;
  readonly done: (value: Value) => void | Promise<void>;
  // What only this form knows to say or do about a failure: errors to show, "handled" where there is nothing to show any more, or null.
  readonly refused?: (failure: Failure) => readonly FormError[] | 'handled' | null;
  // In the place of the usual words when nobody knows whether it was done.
  readonly uncertain?: string;
}

// `describe` is for every failure that the form has no words of its own for; null where the page deals with it.
export function useSubmission(describe: (failure: Failure) => readonly FormError[] | null): Submission {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<readonly FormError[]>([]);
  const [requestId, setRequestId] = useState<string | null>(null);
  // At once, where the state waits for the next drawing: two presses can come in between.
  const underWay = useRef(false);

  const errorsOf = <Value>(failure: Failure, { refused, uncertain }: Sending<Value>): readonly FormError[] | null => {
    const own = refused?.(failure) ?? null;
    if (own === 'handled') return null;
    if (own !== null) return own;
    if (uncertain !== undefined && isUncertain(failure)) return [{ field: null, text: uncertain }];
    return describe(failure);
  };
  const send = async <Value>(sending: Sending<Value>) => {
    if (underWay.current) return;
    const wrong = sending.wrong ?? [];
    setRequestId(null);
    setErrors(wrong);
    if (wrong.length > 0) return;
    underWay.current = true;
    setBusy(true);
    const answer = await sending.request();
    underWay.current = false;
    setBusy(false);
    if (answer.ok) {
      await sending.done(answer.value);
      return;
    }
    const found = errorsOf(answer.failure, sending);
    if (found === null) return;
    setErrors(found);
    setRequestId(requestIdToShow(answer.failure));
  };
  const clear = () => {
    setErrors([]);
    setRequestId(null);
  };
  return { busy, errors, requestId, send, clear };
}
