import { useEffect, useState } from 'preact/hooks';
import { call, type Site } from '../../common/api/client.ts';
import { useChanges } from '../../common/live/use_changes.ts';
import { useApp, useSession } from '../state/application.tsx';
import { recallSites, rememberSites } from './seen.ts';

// Null until they are known.
export function useSites(): readonly Site[] | null {
  const { handleFailure } = useApp();
  const membership = useSession().membership.id;
  const [sites, setSites] = useState<readonly Site[] | null>(() => recallSites(membership));
  const [attempt, setAttempt] = useState(0);
  useChanges(['sites'], () => setAttempt((count) => count + 1));
  useEffect(() => {
    const abort = new AbortController();
    void call('get', '/sites', { membership, signal: abort.signal }).then((answer) => {
      if (answer.ok) {
        rememberSites(membership, answer.value.items);
        setSites(answer.value.items);
      } else if (!abort.signal.aborted && !handleFailure(answer.failure)) {
        // Without the sites the page still works; only the choice among them is missing.
        setSites((known) => known ?? []);
      }
    });
    return () => abort.abort();
  }, [membership, attempt]);
  return sites;
}
