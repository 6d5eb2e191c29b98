import { hasCode } from '../../common/api/failure.ts';
import { useShell } from '../../common/state/shell.tsx';
import { cancelInvitation, memberName, removeMember, resend, type Member } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { startWork, type Result } from '../work/work.ts';

export type ManyAct = 'resend' | 'cancel' | 'remove';

const kRequests = { resend, cancel: cancelInvitation, remove: removeMember };

// One request for each person, one after the other; what failed is listed at the end.
export function useWithMany(): (act: ManyAct, members: readonly Member[], done: () => void) => void {
  const translator = useWords();
  const { describe, handleFailure } = useShell();
  return (act, members, done) => {
    const run = async ([index]: readonly number[]): Promise<readonly Result[]> => {
      const answer = await kRequests[act](members[index!]!.id);
      if (answer.ok || (act !== 'resend' && hasCode(answer.failure, 'not_found'))) return [null];
      return [handleFailure(answer.failure) ? 'stop' : describe(answer.failure, translator)];
    };
    void startWork({
      title: translator.t(`users.work_${act}`, { count: members.length }),
      names: members.map(memberName),
      batch: 1,
      atOnce: 1,
      run,
      done,
    });
  };
}
