import { Disclosure } from '../../common/parts/disclosure.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import type { LayoutList } from '../api/layouts.ts';
import type { ConsoleKey } from '../i18n/catalogues.ts';
import { useWords } from '../i18n/words.ts';

const kLabels: Readonly<Record<string, ConsoleKey>> = {
  'client.name': 'substitution.client_name',
  'company.name': 'substitution.company_name',
  'portal.url': 'substitution.portal_url',
  'activation.url': 'substitution.activation_url',
  'activation.expires': 'substitution.activation_expires',
};

interface PickerProperties {
  substitutions: LayoutList['substitutions'];
  // What the field is called in which it is inserted.
  field: string;
  onPick: (text: string) => void;
}

export function SubstitutionPicker({ substitutions, field, onPick }: PickerProperties) {
  const { t } = useWords();
  return (
    <Disclosure
      label={t('layout.insert_into', { field })}
      class="substitutions"
      button={
        <>
          {t('layout.insert')}
          <Icon name="chevron-down" />
        </>
      }
    >
      {(close) => (
        <ul class="menu">
          {substitutions.map(({ name }) => {
            const key = kLabels[name];
            return (
              <li key={name}>
                <button
                  type="button"
                  class="menu-item"
                  onClick={() => {
                    close();
                    onPick(`{{${name}}}`);
                  }}
                >
                  <span>{key === undefined ? name : t(key)}</span>
                  <code class="muted">{`{{${name}}}`}</code>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </Disclosure>
  );
}
