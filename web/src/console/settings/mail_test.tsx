import { Icon } from '../../common/parts/icon.tsx';
import { useAttempt } from '../../common/state/attempt.ts';
import { useShell } from '../../common/state/shell.tsx';
import { testMailSettings, type MailSettings } from '../api/mail.ts';
import { useWords } from '../i18n/words.ts';
import { useApp, useSession } from '../state/application.tsx';
import { useTimes } from '../state/times.ts';

// A mail to whoever asks, and what became of the last one.
export function MailTest({ settings: { last_test: test, changed_at: changedAt }, onSent }: { settings: MailSettings; onSent: () => void }) {
  const translator = useWords();
  const { t } = translator;
  const { handleFailure, describe } = useShell();
  const { setNotice } = useApp();
  const { email } = useSession().staff;
  const times = useTimes();
  const { busy, failure, run } = useAttempt({
    request: testMailSettings,
    done: () => {
      setNotice({ key: 'mail.test_asked', values: { address: email } });
      onSent();
    },
    settled: handleFailure,
  });
  return (
    <>
      <p class="actions">
        <button type="button" class="button" aria-busy={busy} onClick={() => void run()}>
          {t(busy ? 'staff.resending' : 'mail.test')}
        </button>
        {test !== null && test.state === 'queued' && (
          <button type="button" class="button button-quiet" onClick={onSent}>
            {t('mail.test_look')}
          </button>
        )}
      </p>
      {failure !== null && (
        <p class="field-error" role="alert">
          {describe(failure, translator)}
        </p>
      )}
      {test !== null && (
        <p role="status">
          <Icon name={test.state === 'sent' ? 'status-finished' : 'status-not_scheduled'} class={test.state === 'sent' ? 'icon step-done' : 'icon'} />{' '}
          {t(`mail.test_${test.state}`, { address: test.recipient, at: times(test.asked_at, '') })}
          {test.reason !== null && <span class="muted block">{t('mail.test_reason', { reason: test.reason })}</span>}
          {changedAt !== null && changedAt > test.asked_at && <span class="muted block">{t('mail.test_before')}</span>}
        </p>
      )}
    </>
  );
}
