import { hasCode } from '../../common/api/failure.ts';
import { cancelInvitation, memberName, removeMember, resend, type Member } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { useWorkFailure } from '../work/failure.ts';
import { startWork, type Result } from '../work/work.ts';

export type ManyAct = 'resend' | 'cancel' | 'remove';

const kRequests = { resend, cancel: cancelInvitation, remove: removeMember };

// One request for each person, one after the other; what failed is listed at the end.
export function useWithMany(): (act: ManyAct, members: readonly Member[], done: () => void) => void {
  const { t } = useWords();
  const failed = useWorkFailure();
  return (act, members, done) => {
    const run = async ([index]: readonly number[], signal: AbortSignal): Promise<readonly Result[]> => {
      const answer = await kRequests[act](members[index!]!.id);
      if (answer.ok || (act !== 'resend' && hasCode(answer.failure, 'not_found'))) return [null];
      return [failed(answer.failure, signal)];
    };
    void startWork({
      title: t(`users.work_${act}`, { count: members.length }),
      names: members.map(memberName),
      batch: 1,
      atOnce: 1,
      run,
      done,
    });
  };
}
