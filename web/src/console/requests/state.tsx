import { Icon } from '../../common/parts/icon.tsx';
import type { RequestState } from '../api/requests.ts';
import { useWords } from '../i18n/words.ts';

const kIcons: Readonly<Record<RequestState, string>> = {
  submitted: 'mail',
  acknowledged: 'check',
  scheduled: 'status-planned',
  completed: 'status-finished',
  declined: 'status-could_not_be_completed',
  cancelled: 'status-cancelled',
};

// A word and an icon, never a colour alone.
export function RequestStateWord({ state }: { state: RequestState }) {
  const { t } = useWords();
  return (
    <span class="member-state" data-state={state}>
      <Icon name={kIcons[state]} />
      {t(`work_request.state.${state}`)}
    </span>
  );
}
