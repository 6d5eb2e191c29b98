import { languageOptions, languages, type Language } from '../../common/i18n/catalogues.ts';
import { Choice } from '../../common/parts/choice.tsx';
import type { FormError } from '../../common/parts/form.tsx';
import { permissions, type Permission } from '../api/members.ts';
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
