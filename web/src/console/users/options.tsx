import { languageOptions, languages, type Language } from '../../common/i18n/catalogues.ts';
import { Choice } from '../../common/parts/choice.tsx';
import type { FormError } from '../../common/parts/form.tsx';
import { availableNotifications, permissions, type Notification, type Permission } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { CheckBoxes } from '../parts/fields.tsx';

interface PermissionBoxesProperties {
  chosen: readonly Permission[];
  errors?: readonly FormError[];
  onChange: (chosen: readonly Permission[]) => void;
}

export function PermissionBoxes({ chosen, errors = [], onChange }: PermissionBoxesProperties) {
  const { t } = useWords();
  return (
    <CheckBoxes
      id="permissions"
      legend={t('member.permissions')}
      hint={t('member.permissions_hint')}
      options={permissions.map((value) => ({ value, text: t(`permission.${value}`) }))}
      chosen={chosen}
      errors={errors}
      onChange={(values) => onChange(values as readonly Permission[])}
    />
  );
}

interface NotificationBoxesProperties {
  permissions: readonly Permission[];
  chosen: readonly Notification[];
  errors?: readonly FormError[];
  onChange: (chosen: readonly Notification[]) => void;
}

// Those that tell something with these permissions. What is ticked besides stays ticked.
export function NotificationBoxes({ permissions: allowed, chosen, errors = [], onChange }: NotificationBoxesProperties) {
  const { t } = useWords();
  const available = availableNotifications(allowed);
  if (available.length === 0) return null;
  return (
    <CheckBoxes
      id="notifications"
      legend={t('member.notifications')}
      hint={t('member.notifications_hint')}
      options={available.map((value) => ({ value, text: t(`notification.${value}`) }))}
      chosen={chosen}
      errors={errors}
      onChange={(values) => onChange([...chosen.filter((value) => !available.includes(value)), ...(values as Notification[])])}
    />
  );
}

// '': as the portal is set.
export function LanguageChoice({ value, onChange }: { value: Language | ''; onChange: (language: Language | '') => void }) {
  const { t } = useWords();
  return (
    <Choice
      id="language"
      label={t('member.language')}
      value={value}
      options={[
        { value: '', text: t('member.language_usual') },
        ...languageOptions(languages),
      ]}
      onChange={(language) => onChange(language as Language | '')}
    />
  );
}
