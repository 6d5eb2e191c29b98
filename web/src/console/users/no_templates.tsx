import { Icon } from '../../common/parts/icon.tsx';
import { readPortal } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { useResource } from '../state/resource.ts';

// Whoever is invited before a template is chosen finds an empty list; so it is said before the invitation goes out (A3).
export function NoTemplates() {
  const { t } = useWords();
  const { value } = useResource('portal', readPortal);
  if (value?.created !== true || value.checklist.templates > 0) return null;
  return (
    <p class="warning" role="status">
      <Icon name="alert" />
      {t('invite.no_templates')}
    </p>
  );
}
