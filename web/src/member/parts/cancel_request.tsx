import { call, type WorkRequest } from '../../common/api/client.ts';
import { describeFailure, hasCode } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { useAttempt } from '../../common/state/attempt.ts';
import { useRequestWords } from '../i18n/requests.ts';
import { useApp, useSession } from '../state/application.tsx';

interface CancelRequestProperties {
  request: WorkRequest;
  onCancelled: (request: WorkRequest) => void;
  // The business has dealt with it meanwhile.
  onLate: () => void;
  onClose: () => void;
}

// Asks once, because it cannot be taken back.
export function CancelRequest({ request, onCancelled, onLate, onClose }: CancelRequestProperties) {
  const translator = useRequestWords();
  const { t } = translator;
  const { portal, setNotice, handleFailure } = useApp();
  const membership = useSession().membership.id;
  const business = portal.name;
  // The button that opened this is gone with what it could do.
  const end = () => {
    onClose();
    requestAnimationFrame(() => document.querySelector('h1')?.focus({ preventScroll: true }));
  };
  const { busy, failure, run } = useAttempt({
    request: () => call('patch', '/work-requests/{id}', { path: { id: request.id }, body: { state: 'cancelled' }, membership }),
    done: (cancelled) => {
      end();
      onCancelled(cancelled);
      setNotice({ key: 'request.cancelled', values: { business } });
    },
    settled: (refused) => {
      const isLate = hasCode(refused, 'conflict', 'not_found');
      if (!isLate && !handleFailure(refused)) return false;
      end();
      if (isLate) {
        onLate();
        setNotice({ key: 'request.cancel_late', values: { business } });
      }
      return true;
    },
  });
  return (
    <Dialog title={t('request.cancel_title', { subject: request.subject })} onClose={onClose}>
      <p>{t('request.cancel_text', { business })}</p>
      {failure !== null && (
        <p class="field-error" role="alert">
          {describeFailure(failure, translator, business)}
        </p>
      )}
      <div class="actions">
        <button type="button" class="button button-danger" aria-busy={busy} onClick={() => void run()}>
          {t(busy ? 'request.cancelling' : 'request.cancel_confirm')}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {t('request.keep')}
        </button>
      </div>
    </Dialog>
  );
}
