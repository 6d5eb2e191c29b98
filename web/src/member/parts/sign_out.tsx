import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import { describeFailure, type Failure } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { useApp } from '../state/application.tsx';

export function SignOut({ class: className }: { class: string }) {
  const translator = useTranslator();
  const { t } = translator;
  const { portal, closeSession } = useApp();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const signOut = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('delete', '/session', {});
    setBusy(false);
    if (answer.ok) {
      closeSession({ key: 'sign_in.signed_out' });
    } else {
      setFailure(answer.failure);
    }
  };
  return (
    <>
      <button type="button" class={className} aria-busy={busy} onClick={() => void signOut()}>
        {busy ? t('action.signing_out') : t('action.sign_out')}
      </button>
      {failure !== null && (
        <p class="menu-text field-error" role="alert">
          {describeFailure(failure, translator, portal.name)}
        </p>
      )}
    </>
  );
}
