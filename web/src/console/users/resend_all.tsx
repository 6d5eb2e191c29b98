import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { listMembers, type Member } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';
import { useWithMany } from './with_many.ts';

const kStates = ['sent', 'failed', 'expired'];
const kMost = 500;
const kAtOnce = 100;

// Everybody who has not accepted gets a new link. They are found first, so that one reads how many before it happens.
export function ResendAll({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { t } = useWords();
  const { handleFailure } = useShell();
  const withMany = useWithMany();
  const [members, setMembers] = useState<readonly Member[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setFailure(null);
    const collect = async () => {
      const found: Member[] = [];
      for (const state of kStates) {
        let cursor: string | null = null;
        do {
          const answer = await listMembers({ state }, { limit: kAtOnce, ...(cursor === null ? {} : { cursor }) }, abort.signal);
          if (abort.signal.aborted) return;
          if (!answer.ok) {
            if (!handleFailure(answer.failure)) setFailure(answer.failure);
            return;
          }
          found.push(...answer.value.items);
          cursor = answer.value.next_cursor;
        } while (cursor !== null && found.length < kMost);
      }
      setMembers(found.slice(0, kMost));
    };
    void collect();
    return () => abort.abort();
  }, [attempt]);
  const start = () => {
    withMany('resend', members ?? [], onDone);
    onClose();
  };
  return (
    <Dialog title={t('users.resend_all')} onClose={onClose}>
      {failure !== null && <FailurePanel failure={failure} retry={() => setAttempt(attempt + 1)} />}
      {failure === null && members === null && <RowsSkeleton />}
      {members !== null && <p>{members.length === 0 ? t('users.resend_nobody') : t('users.resend_all_text', { count: members.length })}</p>}
      <div class="actions">
        {members !== null && members.length > 0 && (
          <button type="button" class="button button-primary button-fit" onClick={start}>
            {t('users.resend_all_submit', { count: members.length })}
          </button>
        )}
        <CancelButton onClose={onClose} />
      </div>
    </Dialog>
  );
}
