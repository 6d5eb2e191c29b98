import type { WorkRequestSummary } from '../../common/api/client.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useRequestWords } from '../i18n/requests.ts';

type State = WorkRequestSummary['state'];

// Icon and colour of the state of a job that feels the same.
const looks: Readonly<Record<State, readonly [icon: string, colour: string]>> = {
  submitted: ['mail', 'planned'],
  acknowledged: ['check', 'planned'],
  scheduled: ['status-planned', 'planned'],
  completed: ['status-finished', 'finished'],
  declined: ['alert', 'could_not_be_completed'],
  cancelled: ['status-cancelled', 'cancelled'],
};

// A word and an icon; the colour only repeats them.
export function RequestBadge({ state }: { state: State }) {
  const { t } = useRequestWords();
  const [icon, colour] = looks[state];
  return (
    <span class={`status status-${colour}`}>
      <Icon name={icon} />
      {t(`request.state.${state}`)}
    </span>
  );
}
