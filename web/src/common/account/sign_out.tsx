import type { Outcome } from '../api/client.ts';
import { useTranslator } from '../i18n/language.tsx';
import { useAttempt } from '../state/attempt.ts';
import { useShell } from '../state/shell.tsx';

interface SignOutProperties {
  class: string;
  request: () => Promise<Outcome<unknown>>;
  onSignedOut: () => void;
}

export function SignOutButton({ class: className, request, onSignedOut }: SignOutProperties) {
  const translator = useTranslator();
  const { t } = translator;
  const { describe } = useShell();
  const { busy, failure, run } = useAttempt({ request, done: onSignedOut });
  return (
    <>
      <button type="button" class={className} aria-busy={busy} onClick={() => void run()}>
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
