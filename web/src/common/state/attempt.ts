import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import type { Failure } from '../api/failure.ts';

interface AttemptProperties<Value> {
  request: () => Promise<Outcome<Value>>;
  done: (value: Value) => void;
  // A failure that is somebody else's matter, or as good as done: true, and nothing is said of it here.
  settled?: (failure: Failure) => boolean;
}

interface Attempt {
  readonly busy: boolean;
  // To be said beside the button.
  readonly failure: Failure | null;
  readonly run: () => Promise<void>;
}

// What a button asks for: pressed again while it is on its way it does nothing, pressed again after a failure it tries anew.
export function useAttempt<Value>({ request, done, settled }: AttemptProperties<Value>): Attempt {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await request();
    setBusy(false);
    if (answer.ok) {
      done(answer.value);
    } else if (settled?.(answer.failure) !== true) {
      setFailure(answer.failure);
    }
  };
  return { busy, failure, run };
}
