import { useState } from 'preact/hooks';
import { call } from '../api/client.ts';
import type { Failure } from '../api/failure.ts';
import { useTranslator } from '../i18n/language.tsx';
import { useShell } from '../state/shell.tsx';
import { forgetToken } from '../state/link_token.ts';
import type { LinkProblem } from '../state/link_problem.ts';

// Why a link does not work, and how to go on.
export function LinkProblemText({ problem, token }: { problem: LinkProblem; token: string | null }) {
  const { t } = useTranslator();
  const { business, paths } = useShell();
  const { text, ways, sentTo = null } = problem;
  return (
    <>
      <p>{t(text, { business, address: sentTo ?? '' })}</p>
      {ways.includes('resend') && token !== null && <Resend token={token} sentTo={sentTo} />}
      {(ways.includes('sign_in') || ways.includes('new_link')) && (
        <p class="actions">
          {ways.includes('sign_in') && (
            <a class="button" href={paths.signIn}>
              {t('action.sign_in')}
            </a>
          )}
          {ways.includes('new_link') && (
            <a class="button" href={paths.password} onClick={forgetToken}>
              {t('link.resend')}
            </a>
          )}
        </p>
      )}
    </>
  );
}

// The answer does not say whether something was sent, so neither does the page.
function Resend({ token, sentTo }: { token: string; sentTo: string | null }) {
  const translator = useTranslator();
  const { t } = translator;
  const { describe } = useShell();
  const [state, setState] = useState<'ready' | 'busy' | 'sent' | Failure>('ready');
  const send = async () => {
    if (state === 'busy') return;
    setState('busy');
    const answer = await call('post', '/activation/resend', { body: { token } });
    setState(answer.ok ? 'sent' : answer.failure);
  };
  if (state === 'sent') return <p role="status">{sentTo === null ? t('link.resent') : t('link.resent_to', { address: sentTo })}</p>;
  return (
    <>
      <p class="actions">
        <button type="button" class="button" aria-busy={state === 'busy'} onClick={() => void send()}>
          {t(state === 'busy' ? 'link.resending' : 'link.resend')}
        </button>
      </p>
      {typeof state === 'object' && (
        <p class="field-error" role="alert">
          {describe(state, translator)}
        </p>
      )}
    </>
  );
}
