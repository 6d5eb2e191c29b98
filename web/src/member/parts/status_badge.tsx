import type { JobStatus } from '../../common/api/client.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';

// A word and an icon; the colour only repeats them.
export function StatusBadge({ status }: { status: JobStatus }) {
  const { t } = useWords();
  return (
    <span class={`status status-${status}`}>
      <Icon name={`status-${status}`} />
      {t(`status.${status}`)}
    </span>
  );
}
