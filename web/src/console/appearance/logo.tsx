import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../../common/api/failure.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { removeLogo, uploadLogo } from '../api/portal.ts';
import { readPortal } from '../api/staff.ts';
import type { StaffPortal } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { useApp } from '../state/application.tsx';

const kMostBytes = 5_242_880;
const kTypes = ['image/jpeg', 'image/png'];
const kAskAgainMilliseconds = 1000;

interface LogoProperties {
  portal: StaffPortal;
  mayChange: boolean;
  // The rest of the portal may have changed since.
  onChange: (logo: Partial<Pick<StaffPortal, 'logo' | 'logo_state'>>) => void;
}

// Uploading is an act of its own and waits for no saving: the picture is checked and cleaned first, and shown once that is done.
export function Logo({ portal, mayChange, onChange }: LogoProperties) {
  const translator = useWords();
  const { t } = translator;
  const { reloadPortal, setNotice } = useApp();
  const { handleFailure, describe } = useShell();
  const [progress, setProgress] = useState<number | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const [removing, setRemoving] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController | null>(null);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => () => abort.current?.abort(), []);

  const state = portal.logo_state;
  useEffect(() => {
    if (state !== 'processing') return undefined;
    const timer = setInterval(() => {
      void readPortal().then((answer) => {
        if (!answer.ok || answer.value.logo_state === 'processing') return;
        const { logo, logo_state: next } = answer.value;
        change.current({ logo, logo_state: next });
        reloadPortal();
        if (next === 'ready') setNotice({ key: 'logo.ready' });
        else announce(t('logo.failed'));
      });
    }, kAskAgainMilliseconds);
    return () => clearInterval(timer);
  }, [state]);

  const fail = (failure: Failure) => {
    if (failure.kind === 'cancelled' || handleFailure(failure)) return;
    const isRefused = failure.kind === 'problem' && [400, 413, 415].includes(failure.status);
    setWrong(isRefused ? t(failure.status === 413 ? 'logo.too_large' : 'logo.wrong_type') : describe(failure, translator));
  };
  const send = async (file: File | undefined) => {
    if (file === undefined || progress !== null) return;
    setWrong(null);
    if (file.size === 0) return setWrong(t('filed.empty_file'));
    if (file.size > kMostBytes) return setWrong(t('logo.too_large'));
    if (!kTypes.includes(file.type)) return setWrong(t('logo.wrong_type'));
    abort.current = new AbortController();
    setProgress(0);
    const answer = await uploadLogo(file, setProgress, abort.current.signal);
    setProgress(null);
    if (!answer.ok) return fail(answer.failure);
    announce(t('logo.processing'));
    change.current({ logo_state: 'processing' });
  };
  return (
    <section class="section" aria-labelledby="logo">
      <h2 id="logo">{t('logo.title')}</h2>
      <p class="muted">{t('logo.text')}</p>
      <div
        class="drop"
        data-over={over ? '' : undefined}
        onDragOver={(event) => {
          if (!mayChange) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (mayChange) void send(event.dataTransfer?.files[0]);
        }}
      >
        {portal.logo === null ? (
          <p class="muted">{t('logo.none')}</p>
        ) : (
          <img class="drop-logo" src={portal.logo.url} width={portal.logo.width} height={portal.logo.height} alt={t('logo.now')} />
        )}
        {progress !== null && (
          <p class="drop-progress">
            <label for="logo-progress">{t('logo.uploading')}</label>
            <progress id="logo-progress" max={1} value={progress} />
            <button type="button" class="button" onClick={() => abort.current?.abort()}>
              {t('action.cancel')}
            </button>
          </p>
        )}
        {progress === null && state === 'processing' && <p>{t('logo.processing')}</p>}
        {wrong === null && progress === null && state === 'failed' && <Wrong text={t('logo.failed')} />}
        {wrong !== null && <Wrong text={wrong} />}
        {mayChange && progress === null && (
          <div class="actions">
            <button type="button" class="button" onClick={() => input.current?.click()}>
              {t(portal.logo === null ? 'logo.choose' : 'logo.replace')}
            </button>
            {(portal.logo !== null || state === 'failed') && (
              <button type="button" class="button button-danger" onClick={() => setRemoving(true)}>
                {t('logo.remove')}
              </button>
            )}
            <span class="muted drop-hint">{t('logo.drop')}</span>
          </div>
        )}
        <input
          ref={input}
          hidden
          type="file"
          aria-label={t('logo.choose')}
          accept={kTypes.join(',')}
          onChange={(event) => {
            void send(event.currentTarget.files?.[0]);
            // The same file may be chosen again after a failure.
            event.currentTarget.value = '';
          }}
        />
      </div>
      {removing && (
        <Confirm
          title={t('logo.remove_title')}
          text={t('logo.remove_text')}
          confirm={t('logo.remove')}
          confirming={t('logo.removing')}
          request={removeLogo}
          done={() => {
            change.current({ logo: null, logo_state: 'none' });
            reloadPortal();
            setNotice({ key: 'logo.removed' });
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </section>
  );
}

function Wrong({ text }: { text: string }) {
  return (
    <p class="field-error" role="alert">
      <Icon name="alert" />
      {text}
    </p>
  );
}
