import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { requestIdToShow, type Failure } from '../api/failure.ts';
import type { FormError } from './form.tsx';

// What a form goes through between the press of its button and the answer. A failure clears nothing that was typed.
export interface Submission {
  readonly busy: boolean;
  readonly errors: readonly FormError[];
  readonly requestId: string | null;
  // Null when something is wrong already, so that nothing was sent.
  readonly submit: <Value>(wrong: readonly FormError[], send: () => Promise<Outcome<Value>>) => Promise<Outcome<Value> | null>;
  readonly refuse: (failure: Failure, errors: readonly FormError[]) => void;
}

export function useSubmission(): Submission {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<readonly FormError[]>([]);
  const [requestId, setRequestId] = useState<string | null>(null);
  return {
    busy,
    errors,
    requestId,
    submit: async (wrong, send) => {
      setRequestId(null);
      setErrors(wrong);
      if (wrong.length > 0) return null;
      setBusy(true);
      const answer = await send();
      setBusy(false);
      return answer;
    },
    refuse: (failure, found) => {
      setErrors(found);
      setRequestId(requestIdToShow(failure));
    },
  };
}
