import { useEffect, useRef, useState } from 'preact/hooks';
import { call, type Outcome, type OwnSession, type SessionList } from '../../common/api/client.ts';
import { describeFailure, hasCode, type Failure } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { announce } from '../../common/parts/announcer.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { formatWhen } from '../../common/time/dates.ts';
import { DevicesSkeleton } from '../parts/skeletons.tsx';
import { FailurePanel } from '../parts/states.tsx';
import { ZoneNote } from '../parts/zone_note.tsx';
import { useApp } from '../state/application.tsx';
import { browserName, isHandheld } from './browser_name.ts';

// Where the person is signed in. Ending the session of this device is signing out.
export function Devices() {
  const { t } = useTranslator();
  const { handleFailure, closeSession } = useApp();
  const [answer, setAnswer] = useState<Outcome<SessionList> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const abort = new AbortController();
    void call('get', '/sessions', { signal: abort.signal }).then((result) => {
      if (abort.signal.aborted || (!result.ok && handleFailure(result.failure))) return;
      setAnswer(result);
    });
    return () => abort.abort();
  }, [attempt]);

  const ended = ({ id, current }: OwnSession, name: string) => {
    if (current) {
      closeSession({ key: 'sign_in.signed_out' });
      return;
    }
    setAnswer((shown) => (shown?.ok === true ? { ok: true, value: withoutSession(shown.value, id) } : shown));
    announce(t('devices.ended', { name }));
    // The button that was pressed is gone.
    heading.current?.focus();
  };
  return (
    <section class="section" aria-labelledby="devices">
      <h2 id="devices" ref={heading} tabIndex={-1}>
        {t('devices.title')}
      </h2>
      <p class="muted">{t('devices.text')}</p>
      {answer === null && <DevicesSkeleton />}
      {answer?.ok === false && <FailurePanel failure={answer.failure} retry={() => setAttempt(attempt + 1)} />}
      {answer?.ok === true && <ZoneNote instants={answer.value.items.map((item) => new Date(item.created_at))} />}
      {answer?.ok === true && (
        <ul class="rows">
          {answer.value.items.map((item) => (
            <li key={item.id}>
              <Device item={item} onEnded={ended} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function withoutSession(list: SessionList, id: string): SessionList {
  return { ...list, items: list.items.filter((item) => item.id !== id) };
}

function Device({ item, onEnded }: { item: OwnSession; onEnded: (item: OwnSession, name: string) => void }) {
  const translator = useTranslator();
  const { t } = translator;
  const { portal, handleFailure } = useApp();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const name = browserName(item.user_agent, translator);
  const when = (time: string) => formatWhen(new Date(time), null, new Date(), portal.time_zone, translator);

  const end = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const answer = await call('delete', '/sessions/{id}', { path: { id: item.id } });
    setBusy(false);
    // One that is gone already is what was wanted.
    if (answer.ok || hasCode(answer.failure, 'not_found')) {
      onEnded(item, name);
    } else if (!handleFailure(answer.failure)) {
      setFailure(answer.failure);
    }
  };
  return (
    <div class="file">
      <Icon name={isHandheld(item.user_agent) ? 'handheld' : 'computer'} />
      <div class="file-text">
        <span class="file-name">{name}</span>
        {item.current && (
          <strong class="badge">
            <Icon name="check" />
            {t('devices.current')}
          </strong>
        )}
        {!item.current && <span class="muted block">{t('devices.last_used', { time: when(item.last_used_at) })}</span>}
        <span class="muted block">{t('devices.since', { time: when(item.created_at) })}</span>
        {failure !== null && (
          <p class="field-error" role="alert">
            {describeFailure(failure, translator, portal.name)}
          </p>
        )}
      </div>
      <button
        type="button"
        class="button"
        aria-busy={busy}
        aria-label={busy ? undefined : t(item.current ? 'devices.end_current' : 'devices.end', { name })}
        onClick={() => void end()}
      >
        {t(busy ? 'action.signing_out' : 'action.sign_out')}
      </button>
    </div>
  );
}
