import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';

// Says of what another system feeds that it is that system's.
export function Origin({ imported }: { imported: boolean }) {
  const { t } = useWords();
  if (!imported) return null;
  return (
    <span class="muted block">
      <Icon name="lock" /> {t('client.imported')}
    </span>
  );
}
