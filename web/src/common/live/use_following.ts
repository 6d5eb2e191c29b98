import { useEffect } from 'preact/hooks';
import { followChanges } from './shared.ts';
import { forgetGathered, gather, handOn } from './use_changes.ts';

// In the shell of the application: follows while somebody is signed in. `attempt` begins anew.
export function useFollowing(membership: string | null, attempt: unknown): void {
  useEffect(() => {
    if (membership === null) return undefined;
    const stop = followChanges({ membership, onChange: gather });
    document.addEventListener('visibilitychange', handOn);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', handOn);
      forgetGathered();
    };
  }, [membership, attempt]);
}
