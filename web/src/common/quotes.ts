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

const offeredParts = ['number', 'title', 'total', 'issued_on', 'valid_until', 'description', 'file'] as const;
export type OfferedPart = (typeof offeredParts)[number];
type Offered = Pick<Quote, OfferedPart | 'revision'>;

// What of that which one would agree to differs. A file can be another one with the same name and size, which only the revision tells.
export function changedParts(before: Offered, after: Offered): OfferedPart[] {
  const parts = ({ total, file, ...others }: Offered) => ({
    ...others,
    total: `${total.amount} ${total.currency}`,
    file: file === null ? null : `${file.name} ${file.size}`,
  });
  const [old, now] = [parts(before), parts(after)];
  const changed = offeredParts.filter((part) => old[part] !== now[part]);
  return changed.length === 0 && after.revision > before.revision && after.file !== null ? ['file'] : changed;
}

// Whoever agreed to the one has not agreed to the other.
export function isAnotherOffer(before: Offered, after: Offered): boolean {
  return before.revision !== after.revision || changedParts(before, after).length > 0;
}
