import type { FormError } from '../../common/parts/form.tsx';
import { answerStates, type RequestAnswer, type RequestState, type WorkRequest } from '../api/requests.ts';
import { textOrNull } from '../clients/fields.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// What staff answer, as it is typed.
export interface AnswerValues {
  readonly state: RequestState;
  readonly reply: string;
  readonly job_number: string;
}

type Answered = Pick<WorkRequest, 'state' | 'reply' | 'job'>;

export function valuesOf({ state, reply, job }: Answered): AnswerValues {
  return { state, reply: reply ?? '', job_number: job?.number ?? '' };
}

// A request that nobody has answered may stay so, while somebody writes to the client.
export function statesToChoose(state: RequestState): readonly Exclude<RequestState, 'cancelled'>[] {
  return state === 'submitted' ? [state, ...answerStates] : answerStates;
}

// Only what differs from what is saved; null: nothing does. The state and the reply that one has seen go along, so that nobody answers what is not true any more.
export function answerOf(values: AnswerValues, seen: Answered): RequestAnswer | null {
  const saved = valuesOf(seen);
  const changes = {
    ...(values.state === saved.state ? {} : { state: values.state }),
    ...(values.reply.trim() === saved.reply ? {} : { reply: textOrNull(values.reply) }),
    ...(values.job_number.trim() === saved.job_number ? {} : { job_number: textOrNull(values.job_number) }),
  };
  return Object.keys(changes).length === 0 ? null : ({ former_state: seen.state, former_reply: seen.reply, ...changes } as RequestAnswer);
}

export function wrongOf({ state, reply }: AnswerValues, { t }: ConsoleTranslator): FormError[] {
  return state === 'declined' && reply.trim() === '' ? [{ field: 'reply', text: t('work_request.reply_missing') }] : [];
}
