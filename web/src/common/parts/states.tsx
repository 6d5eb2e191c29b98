import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Failure } from '../api/failure.ts';
import { useTranslator } from '../i18n/language.tsx';
import { announce } from './announcer.tsx';
import { Icon } from './icon.tsx';
import { useShell } from '../state/shell.tsx';

interface StateProperties {
  icon: string;
  title: string;
  text: string;
  children?: ComponentChildren;
}

// What stands where content would be: nothing yet, no access, nothing found. It is read out, too: who types into a search stays there.
export function StatePanel({ icon, title, text, children }: StateProperties) {
  useEffect(() => announce(title), [title]);
  return (
    <section class="state">
      <Icon name={icon} class="icon icon-large" />
      <h2>{title}</h2>
      <p>{text}</p>
      {children !== undefined && <div class="state-actions">{children}</div>}
    </section>
  );
}

export function FailurePanel({ failure, retry }: { failure: Failure; retry: () => void }) {
  const translator = useTranslator();
  const { describe } = useShell();
  return (
    <section class="state" role="alert">
      <Icon name={failure.kind === 'offline' ? 'offline' : 'alert'} class="icon icon-large" />
      <h2>{translator.t('error.title')}</h2>
      <p>{describe(failure, translator)}</p>
      <div class="state-actions">
        <button type="button" class="button" onClick={retry}>
          {translator.t('action.try_again')}
        </button>
      </div>
      <RequestId failure={failure} />
    </section>
  );
}

export function RequestId({ failure }: { failure: Failure }) {
  const { t } = useTranslator();
  if (failure.kind !== 'problem' || failure.requestId === null) return null;
  return <p class="request-id">{t('error.request_id', { id: failure.requestId })}</p>;
}
