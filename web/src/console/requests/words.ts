import type { WorkRequest } from '../api/requests.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// How a request is written wherever the console shows one.

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
