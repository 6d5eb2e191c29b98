import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { hasCode } from '../api/failure.ts';
import { hasWaited } from '../focus.ts';
import { useTranslator } from '../i18n/language.tsx';
import { announce } from '../parts/announcer.tsx';
import { Icon } from '../parts/icon.tsx';
import { formatWhen } from '../time/dates.ts';
import { DevicesSkeleton } from '../parts/skeletons.tsx';
import { FailurePanel } from '../parts/states.tsx';
import { ZoneNote } from '../parts/zone_note.tsx';
import { useAttempt } from '../state/attempt.ts';
import { useShell } from '../state/shell.tsx';
import { browserName, isHandheld } from './browser_name.ts';

export interface DeviceSession {
  readonly id: string;
  readonly current: boolean;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly last_used_at: string;
}

export interface DeviceList {
  readonly items: readonly DeviceSession[];
}

interface DevicesProperties {
  load: (signal: AbortSignal) => Promise<Outcome<DeviceList>>;
  end: (id: string) => Promise<Outcome<unknown>>;
  onSignedOut: () => void;
}

// Where the person is signed in. Ending the session of this device is signing out.
export function Devices({ load, end, onSignedOut }: DevicesProperties) {
  const { t } = useTranslator();
  const { handleFailure } = useShell();
  const [answer, setAnswer] = useState<Outcome<DeviceList> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const abort = new AbortController();
    void load(abort.signal).then((result) => {
      if (abort.signal.aborted || (!result.ok && handleFailure(result.failure))) return;
      setAnswer(result);
    });
    return () => abort.abort();
  }, [attempt]);

  const ended = ({ id, current }: DeviceSession, name: string, pressed: Element | null) => {
    if (current) {
      onSignedOut();
      return;
    }
    setAnswer((shown) => (shown?.ok === true ? { ok: true, value: withoutSession(shown.value, id) } : shown));
    announce(t('devices.ended', { name }));
    // The button that was pressed is gone.
    if (hasWaited(pressed)) heading.current?.focus();
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
              <Device item={item} request={end} onEnded={ended} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function withoutSession(list: DeviceList, id: string): DeviceList {
  return { ...list, items: list.items.filter((item) => item.id !== id) };
}

interface DeviceProperties {
  item: DeviceSession;
  request: (id: string) => Promise<Outcome<unknown>>;
  onEnded: (item: DeviceSession, name: string, pressed: Element | null) => void;
}

function Device({ item, request, onEnded }: DeviceProperties) {
  const translator = useTranslator();
  const { t } = translator;
  const { timeZone, describe, handleFailure } = useShell();
  const name = browserName(item.user_agent, translator);
  const when = (time: string) => formatWhen(new Date(time), null, new Date(), timeZone, translator);

  const pressed = useRef<Element | null>(null);
  const { busy, failure, run } = useAttempt({
    request: () => request(item.id),
    done: () => onEnded(item, name, pressed.current),
    settled: (refused) => {
      if (!hasCode(refused, 'not_found')) return handleFailure(refused);
      // One that is gone already is what was wanted.
      onEnded(item, name, pressed.current);
      return true;
    },
  });
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
            {describe(failure, translator)}
          </p>
        )}
      </div>
      <button
        type="button"
        class="button"
        aria-busy={busy}
        aria-label={busy ? undefined : t(item.current ? 'devices.end_current' : 'devices.end', { name })}
        onClick={() => {
          pressed.current = document.activeElement;
          void run();
        }}
      >
        {t(busy ? 'action.signing_out' : 'action.sign_out')}
      </button>
    </div>
  );
}
