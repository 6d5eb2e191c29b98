import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../../common/api/failure.ts';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { Dialog } from '../../common/parts/dialog.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { listClients } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { InviteMany, type Invitee } from '../users/invite_many.tsx';

const kMost = 500;
const kAtOnce = 100;

// Everybody who is found, as far as one invitation of many goes: nobody has to press "show more" twenty times first.
export function InviteFound({ q, onClose }: { q: string; onClose: () => void }) {
  const { t } = useWords();
  const { handleFailure } = useShell();
  const [clients, setClients] = useState<readonly Invitee[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setFailure(null);
    const collect = async () => {
      const found: Invitee[] = [];
      let cursor: string | null = null;
      do {
        const answer = await listClients(q, { limit: kAtOnce, ...(cursor === null ? {} : { cursor }) }, abort.signal);
        if (abort.signal.aborted) return;
        if (!answer.ok) {
          if (!handleFailure(answer.failure)) setFailure(answer.failure);
          return;
        }
        found.push(...answer.value.items.map(({ id, name }) => ({ id, name })));
        cursor = answer.value.next_cursor;
      } while (cursor !== null && found.length < kMost);
      setClients(found.slice(0, kMost));
    };
    void collect();
    return () => abort.abort();
  }, [q, attempt]);
  if (clients !== null) return <InviteMany clients={clients} onClose={onClose} />;
  return (
    <Dialog title={t('many.title')} onClose={onClose}>
      {failure === null ? <RowsSkeleton /> : <FailurePanel failure={failure} retry={() => setAttempt(attempt + 1)} />}
    </Dialog>
  );
}
