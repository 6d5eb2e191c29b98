import { useShell } from '../../common/state/shell.tsx';
import { formatWhen } from '../../common/time/dates.ts';
import { useWords } from '../i18n/words.ts';

// Moments in the account's zone: "Today, Sat 28 Nov, 14:05". What has not happened has words of its own.
export function useTimes(): (time: string | null, never: string) => string {
  const translator = useWords();
  const { timeZone } = useShell();
  return (time, never) => (time === null ? never : formatWhen(new Date(time), null, new Date(), timeZone, translator));
}
