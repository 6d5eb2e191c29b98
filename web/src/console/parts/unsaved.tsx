import { useEffect, useState } from 'preact/hooks';
import { guardLeaving } from '../../common/history.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import type { Submission } from '../../common/parts/submission.ts';
import { useWords } from '../i18n/words.ts';
import type { FormValues } from '../state/form.ts';

// While something is not saved, leaving the page asks once: in the console with words of its own, elsewhere with the browser's.
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const { t } = useWords();
  const [leave, setLeave] = useState<{ readonly proceed: () => void } | null>(null);
  useEffect(() => {
    if (!dirty) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    const release = guardLeaving((proceed) => setLeave({ proceed }));
    return () => {
      window.removeEventListener('beforeunload', warn);
      release();
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

interface UnsavedNoteProperties {
  form: Pick<FormValues<object>, 'dirty' | 'discard'>;
  submission: Pick<Submission, 'clear'>;
}

// Stands beside the button that saves. What was wrong goes with what is discarded.
export function UnsavedNote({ form: { dirty, discard }, submission: { clear } }: UnsavedNoteProperties) {
  const { t } = useWords();
  return (
    <div class="unsaved" role="status">
      {dirty && <p>{t('unsaved.note')}</p>}
      {dirty && (
        <button
          type="button"
          class="button button-quiet"
          onClick={(event) => {
            // This button goes, and the focus stays in its form.
            event.currentTarget.form?.querySelector<HTMLButtonElement>('[type="submit"]')?.focus();
            discard();
            clear();
          }}
        >
          {t('unsaved.discard')}
        </button>
      )}
    </div>
  );
}
