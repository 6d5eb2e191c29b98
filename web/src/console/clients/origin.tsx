import { Icon } from '../../common/parts/icon.tsx';
import type { Client } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';

// Read-only, because another system feeds it, unless the account lets its staff change that.
export const isLocked = (client: Client, { imported }: { readonly imported: boolean }): boolean => imported && !client.may_edit_imported;

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
