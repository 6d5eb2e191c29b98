import { useState } from 'preact/hooks';
import type { Failure } from '../../common/api/failure.ts';
import { useShell } from '../../common/state/shell.tsx';
import { signOut } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

export function SignOut({ class: className }: { class: string }) {
  const translator = useWords();
  const { t } = translator;
  const { closeSession } = useApp();
  const { describe } = useShell();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const end = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await signOut();
    setBusy(false);
    if (answer.ok) {
      closeSession({ key: 'sign_in.signed_out' });
    } else {
      setFailure(answer.failure);
    }
  };
  return (
    <>
      <button type="button" class={className} aria-busy={busy} onClick={() => void end()}>
        {t(busy ? 'action.signing_out' : 'action.sign_out')}
      </button>
      {failure !== null && (
        <p class="menu-text field-error" role="alert">
          {describe(failure, translator)}
        </p>
      )}
    </>
  );
}
