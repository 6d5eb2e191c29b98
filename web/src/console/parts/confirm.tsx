import type { Outcome } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { useAttempt } from '../../common/state/attempt.ts';
import { useShell } from '../../common/state/shell.tsx';
import { useWords } from '../i18n/words.ts';

interface ConfirmProperties<Value> {
  // Names the thing: "Remove Dana Reyes?"
  title: string;
  text: string;
  // What will happen, as the button says it, and while it happens.
  confirm: string;
  confirming: string;
  danger?: boolean;
  request: () => Promise<Outcome<Value>>;
  done: (value: Value) => void;
  // A failure that is as good as done, such as a thing that is gone already. True: the dialog closes.
  settled?: (failure: Failure) => boolean;
  onClose: () => void;
}

// Asks once before something that cannot be undone. What goes wrong is said here, and it can be tried again.
export function Confirm<Value>(properties: ConfirmProperties<Value>) {
  const { title, text, confirm, confirming, danger = true, request, done, settled, onClose } = properties;
  const translator = useWords();
  const { handleFailure, describe } = useShell();
  const { busy, failure, run } = useAttempt({
    request,
    done: (value) => {
      onClose();
      done(value);
    },
    settled: (refused) => {
      const isSettled = settled?.(refused) === true || handleFailure(refused);
      if (isSettled) onClose();
      return isSettled;
    },
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {failure !== null && (
        <p class="field-error" role="alert">
          {describe(failure, translator)}
        </p>
      )}
      <div class="actions">
        <button type="button" class={danger ? 'button button-danger' : 'button button-primary button-fit'} aria-busy={busy} onClick={() => void run()}>
          {busy ? confirming : confirm}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {translator.t('action.cancel')}
        </button>
      </div>
    </Dialog>
  );
}
