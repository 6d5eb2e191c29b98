import { useState } from 'preact/hooks';
import { call, type Session } from '../../common/api/client.ts';
import { describeFailure, type Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

// The clients for whom a person may act, the present one marked. A switch gives the session a new cookie, and other tabs follow when
// they next ask for something.
export function ClientChoice({ session, onDone }: { session: Session; onDone?: () => void }) {
  const translator = useWords();
  const { t } = translator;
  const { portal, openSession, handleFailure } = useApp();
  const [opening, setOpening] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const choose = async (id: string, client: string) => {
    if (opening !== null) return;
    if (id === session.membership.id) {
      onDone?.();
      return;
    }
    setOpening(id);
    setFailure(null);
    announce(t('header.switching', { client }));
    const answer = await call('put', '/session/membership', { body: { membership_id: id } });
    setOpening(null);
    if (answer.ok) {
      onDone?.();
      openSession(answer.value, { key: 'header.client_now', values: { client: answer.value.membership.client.name } });
      navigate('/');
    } else if (!handleFailure(answer.failure)) {
      setFailure(answer.failure);
    }
  };
  return (
    <>
      <ul class="menu">
        {session.memberships.map(({ id, client }) => (
          <li key={id}>
            <button
              type="button"
              class="menu-item"
              aria-current={id === session.membership.id ? 'true' : undefined}
              aria-busy={opening === id}
              onClick={() => void choose(id, client.name)}
            >
              <span>{opening === id ? t('header.switching', { client: client.name }) : client.name}</span>
              {id === session.membership.id && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
      {failure !== null && (
        <p class="menu-text field-error" role="alert">
          {describeFailure(failure, translator, portal.name)}
        </p>
      )}
    </>
  );
}
