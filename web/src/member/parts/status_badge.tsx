import type { JobStatus } from '../../common/api/client.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { Icon } from '../../common/parts/icon.tsx';

// A word and an icon; the colour only repeats them.
export function StatusBadge({ status }: { status: JobStatus }) {
  const { t } = useTranslator();
  return (
    <span class={`status status-${status}`}>
      <Icon name={`status-${status}`} />
      {t(`status.${status}`)}
    </span>
  );
}
