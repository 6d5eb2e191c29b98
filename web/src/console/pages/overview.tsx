import { useState } from 'preact/hooks';
import { announce } from '../../common/parts/announcer.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useAttempt } from '../../common/state/attempt.ts';
import { useShell } from '../../common/state/shell.tsx';
import { listRequests } from '../api/requests.ts';
import { createPortal, readPortal } from '../api/staff.ts';
import type { StaffPortal } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useResource } from '../state/resource.ts';

// Before there is a portal: what it would be, and one button. Afterwards: its address, and what is still missing before clients come.
export function OverviewPage() {
  const { t } = useWords();
  const portal = useResource('portal', readPortal);
  const { value, failure } = portal;
  const [justCreated, setJustCreated] = useState(false);
  const title = value?.created === false ? t('create.title') : t('page.overview');
  return (
    <Page
      // The heading changes with the creation, and takes the focus then: the button that had it is gone.
      key={value?.created === false ? 'before' : 'after'}
      title={title}
      ready={value !== null || failure !== null}
      takesPlace={justCreated}
    >
      {failure !== null && <FailurePanel failure={failure} retry={portal.reload} />}
      {failure === null && value === null && <JobSkeleton />}
      {value?.created === false && (
        <CreatePortal
          onCreated={(created) => {
            setJustCreated(true);
            portal.put(created);
          }}
        />
      )}
      {value?.created === true && <Created portal={value} />}
    </Page>
  );
}

function CreatePortal({ onCreated }: { onCreated: (portal: StaffPortal) => void }) {
  const translator = useWords();
  const { t } = translator;
  const { reloadPortal, setNotice, handleFailure } = useApp();
  const { describe, business } = useShell();
  const may = useMay('manager');
  const { busy, failure, run } = useAttempt({
    request: createPortal,
    done: (created) => {
      reloadPortal();
      setNotice({ key: 'create.done' });
      onCreated(created);
    },
    settled: handleFailure,
  });
  return (
    <div class="prose">
      <p>{t('create.text', { business })}</p>
      <p>{t('create.text_until')}</p>
      {may ? (
        <p class="actions">
          <button type="button" class="button button-primary button-fit" aria-busy={busy} onClick={() => void run()}>
            {t(busy ? 'create.creating' : 'create.submit')}
          </button>
        </p>
      ) : (
        <p class="muted">{t('create.not_yours')}</p>
      )}
      {failure !== null && (
        <p class="field-error" role="alert">
          {describe(failure, translator)}
        </p>
      )}
    </div>
  );
}

function Created({ portal }: { portal: StaffPortal }) {
  const { t } = useWords();
  const { templates, sender, invitations } = portal.checklist;
  const missing = [templates === 0, !sender, invitations === 0].filter(Boolean).length;
  return (
    <>
      <section class="section" aria-labelledby="address">
        <h2 id="address">{t('overview.address')}</h2>
        <Address address={portal.address ?? location.origin} />
      </section>
      <NewRequests />
      <section class="section" aria-labelledby="checklist">
        <h2 id="checklist">{t('overview.checklist')}</h2>
        <p class="muted">{missing === 0 ? t('overview.nothing_missing') : t('overview.missing', { count: missing })}</p>
        <ul class="rows checklist">
          <Step
            done={templates > 0}
            title={t('overview.templates')}
            text={templates > 0 ? t('overview.templates_done', { count: templates }) : t('overview.templates_missing')}
            path="/console/appearance#templates-part"
            action={t('overview.templates_action')}
          />
          <Step
            done={sender}
            title={t('overview.sender')}
            text={sender ? t('overview.sender_done') : t('overview.sender_missing')}
            path="/console/settings"
            action={t('overview.sender_action')}
          />
          <Step
            done={invitations > 0}
            title={t('overview.invitations')}
            text={invitations > 0 ? t('overview.invitations_done', { count: invitations }) : t('overview.invitations_missing')}
            path="/console/users"
            action={t('overview.invitations_action')}
          />
        </ul>
      </section>
    </>
  );
}

// How many wait for a first answer. The row stands there before the number does.
function NewRequests() {
  const { t } = useWords();
  const requests = useResource('new_requests', (signal) => listRequests({ state: 'submitted' }, { limit: 1 }, signal));
  const count = requests.value?.counts?.submitted;
  return (
    <section class="section" aria-labelledby="requests">
      <h2 id="requests">{t('page.requests')}</h2>
      {requests.failure !== null ? (
        <FailurePanel failure={requests.failure} retry={requests.reload} />
      ) : (
        <ul class="rows checklist">
          <li class="file" aria-busy={count === undefined}>
            <Icon name="requests" />
            <strong class="file-text">{count === undefined ? t('loading') : t('overview.requests', { count })}</strong>
            <a class="button" href={count === 0 ? '/console/requests' : '/console/requests?state=submitted'}>
              {t('overview.requests_action')}
            </a>
          </li>
        </ul>
      )}
    </section>
  );
}

function Address({ address }: { address: string }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      return;
    }
    setCopied(true);
    announce(t('overview.copied'));
  };
  return (
    <div class="copy-row">
      <a class="text-link" href={address} target="_blank" rel="noopener noreferrer" aria-label={t('overview.open_portal', { address })}>
        {address}
      </a>
      {/* Without TLS the browser has no clipboard for pages. */}
      {'clipboard' in navigator && (
        <button type="button" class="button" onClick={() => void copy()}>
          <Icon name={copied ? 'check' : 'copy'} />
          {t(copied ? 'overview.copied' : 'overview.copy')}
        </button>
      )}
    </div>
  );
}

function Step({ done, title, text, path, action }: { done: boolean; title: string; text: string; path: string; action: string }) {
  const { t } = useWords();
  return (
    <li class="file">
      <Icon name={done ? 'status-finished' : 'status-not_scheduled'} class={done ? 'icon step-done' : 'icon'} />
      <div class="file-text">
        <strong>{title}</strong>
        <span class="visually-hidden">: {t(done ? 'overview.done' : 'overview.open')}</span>
        <span class="muted block">{text}</span>
      </div>
      {!done && (
        <a class="button" href={path}>
          {action}
        </a>
      )}
    </li>
  );
}
