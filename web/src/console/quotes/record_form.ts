import type { FormError } from '../../common/parts/form.tsx';
import { isOpen, type QuoteState } from '../../common/quotes.ts';
import { decisions, methods, type RecordedDecision, type WholeQuote } from '../api/quotes.ts';
import { textOrNull } from '../clients/fields.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// What a client has said by other ways, as it is typed. Nothing is chosen before somebody chooses it.
export interface RecordValues {
  readonly decision: RecordedDecision['decision'] | '';
  readonly method: RecordedDecision['method'] | '';
  readonly decided_by: string;
  readonly reason: string;
}

export const recordFields = ['decision', 'method', 'decided_by', 'reason'] as const satisfies readonly (keyof RecordValues)[];

export const nothingRecorded: RecordValues = { decision: '', method: '', decided_by: '', reason: '' };

// A client may say yes although the last day is over; the business takes it or not.
export function canBeRecorded(state: QuoteState): boolean {
  return isOpen(state) || state === 'expired';
}

export function wrongOf({ decision, method, reason }: RecordValues, { t }: ConsoleTranslator): FormError[] {
  const errors: FormError[] = [];
  if (!decisions.some((candidate) => candidate === decision)) errors.push({ field: 'decision', text: t('offered.decision_missing') });
  if (!methods.some((candidate) => candidate === method)) errors.push({ field: 'method', text: t('offered.method_missing') });
  const needsReason = decision === 'declined' || decision === 'changes_requested';
  if (needsReason && reason.trim() === '') errors.push({ field: 'reason', text: t('offered.reason_missing') });
  return errors;
}

// About the revision that was seen; null while something is missing.
export function bodyOf({ decision, method, decided_by: by, reason }: RecordValues, { revision }: Pick<WholeQuote, 'revision'>): RecordedDecision | null {
  if (decision === '' || method === '') return null;
  const [name, words] = [textOrNull(by), textOrNull(reason)];
  return { revision, decision, method, ...(name === null ? {} : { decided_by: name }), ...(words === null ? {} : { reason: words }) };
}
