import { TextField, type FormError } from '../../common/parts/form.tsx';
import type { ClientKind } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { nameFields, type NameValues } from './fields.ts';

interface NameFieldsProperties {
  kind: ClientKind;
  values: NameValues;
  errors: readonly FormError[];
  onChange: (values: NameValues) => void;
}

export function NameFields({ kind, values, errors, onChange }: NameFieldsProperties) {
  const { t } = useWords();
  const shown = nameFields.filter((field) => field === 'external_id' || (field === 'organisation_name') === (kind === 'organisation'));
  return (
    <>
      {shown.map((field) => (
        <TextField
          key={field}
          id={field}
          label={t(`client.${field}`)}
          {...(field === 'external_id' ? { hint: t('client.external_id_hint') } : {})}
          errors={errors}
          value={values[field]}
          onInput={(value) => onChange({ ...values, [field]: value })}
          type="text"
          autocomplete="off"
          maxLength={field === 'organisation_name' ? 5000 : field === 'external_id' ? 255 : 50}
          optional={field !== 'organisation_name'}
        />
      ))}
    </>
  );
}
