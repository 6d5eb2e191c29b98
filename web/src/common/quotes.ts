import type { Quote, QuoteSummary } from './api/client.ts';
import { daysBetween, type Day } from './time/dates.ts';

// What holds of quotes for members and for staff.

export type QuoteState = QuoteSummary['state'];

// Still to be decided.
export function isOpen(state: QuoteState): state is 'pending_approval' | 'changes_requested' {
  return state === 'pending_approval' || state === 'changes_requested';
}

const kFewDays = 7;

// How many days are left after this one, where that is a reason to hurry.
export function fewDaysLeft({ state, valid_until: last }: Pick<QuoteSummary, 'state' | 'valid_until'>, today: Day): number | null {
  if (last === null || !isOpen(state)) return null;
  const left = daysBetween(today, last);
  return left < 0 || left > kFewDays ? null : left;
}

type Offered = Pick<Quote, 'title' | 'total' | 'valid_until' | 'description' | 'file'>;
export type OfferedPart = 'title' | 'total' | 'valid_until' | 'description' | 'file';

// What of that which one would agree to differs. A file can be another one under the same name.
export function changedParts(before: Offered, after: Offered): OfferedPart[] {
  const parts = ({ title, total, valid_until, description, file }: Offered) => ({
    title,
    total: `${total.amount} ${total.currency}`,
    valid_until,
    description,
    file: file === null ? null : `${file.name} ${file.size}`,
  });
  const [old, now] = [parts(before), parts(after)];
  return (['title', 'total', 'valid_until', 'description', 'file'] as const).filter((part) => old[part] !== now[part]);
}
