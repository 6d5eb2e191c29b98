import { useEffect, useState } from 'preact/hooks';
import { guardLeaving } from '../../common/history.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { useWords } from '../i18n/words.ts';

// While something is not saved, leaving the page asks once: in the console with words of its own, elsewhere with the browser's.
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const { t } = useWords();
  const [leave, setLeave] = useState<{ readonly proceed: () => void } | null>(null);
  useEffect(() => {
    if (!dirty) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    guardLeaving((proceed) => setLeave({ proceed }));
    return () => {
      window.removeEventListener('beforeunload', warn);
      guardLeaving(null);
    };
  }, [dirty]);
  if (leave === null) return null;
  return (
    <Dialog title={t('leave.title')} onClose={() => setLeave(null)}>
      <p>{t('leave.text')}</p>
      <div class="actions">
        <button type="button" class="button button-primary button-fit" onClick={() => setLeave(null)}>
          {t('leave.stay')}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            setLeave(null);
            leave.proceed();
          }}
        >
          {t('leave.leave')}
        </button>
      </div>
    </Dialog>
  );
}

// Stays in view while there is something to save.
export function UnsavedNote({ dirty, onDiscard }: { dirty: boolean; onDiscard: () => void }) {
  const { t } = useWords();
  return (
    <div class="unsaved" role="status">
      {dirty && <p>{t('unsaved.note')}</p>}
      {dirty && (
        <button type="button" class="button button-quiet" onClick={onDiscard}>
          {t('unsaved.discard')}
        </button>
      )}
    </div>
  );
}
