import { dayOf, formatClock, formatRelativeDay } from '../../common/time/dates.ts';
import type { WorkRequest, WorkRequestSummary } from '../api/requests.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// How a request is written wherever the console shows one.

// "Tomorrow, Tue 24 Nov, 9:00": when it would suit the client, which is no date. Null: no wish.
export function formatWish(
  { preferred_date: day, preferred_time: time }: Pick<WorkRequestSummary, 'preferred_date' | 'preferred_time'>,
  now: Date,
  timeZone: string,
  translator: ConsoleTranslator,
): string | null {
  if (day === null) return null;
  const date = formatRelativeDay(day, dayOf(now, timeZone), translator);
  return time === null ? date : translator.t('day.date_time', { date, time: formatClock(time, translator) });
}

export interface Difference {
  readonly part: 'state' | 'reply' | 'job';
  readonly before: string | null;
  readonly after: string | null;
}

type Answered = Pick<WorkRequest, 'state' | 'reply' | 'job'>;

// What somebody else has changed between two looks at the same request.
export function differencesOf(before: Answered, after: Answered, { t }: ConsoleTranslator): Difference[] {
  const parts = ({ state, reply, job }: Answered) => ({
    state: t(`work_request.state.${state}`),
    reply,
    job: job === null ? null : t('job.number', { number: job.number }),
  });
  const [old, now] = [parts(before), parts(after)];
  return (['state', 'reply', 'job'] as const).flatMap((part) => (old[part] === now[part] ? [] : [{ part, before: old[part], after: now[part] }]));
}
