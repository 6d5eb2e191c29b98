import type { QuoteState } from '../quotes.ts';
import { Icon } from './icon.tsx';

const icons: Readonly<Record<QuoteState, string>> = {
  pending_approval: 'waiting',
  changes_requested: 'requests',
  accepted: 'status-finished',
  declined: 'status-cancelled',
  expired: 'status-not_scheduled',
  superseded: 'copy',
};

// A word and an icon; the colour only repeats them. Members and staff call the same state by other words.
export function QuoteStateWord({ state, text }: { state: QuoteState; text: string }) {
  return (
    <span class={`status quote-${state}`}>
      <Icon name={icons[state]} />
      {text}
    </span>
  );
}
