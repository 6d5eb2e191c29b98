import { useTranslator } from '../i18n/language.tsx';
import { TextField, type FormError } from '../parts/form.tsx';

interface PersonNameProperties {
  firstName: string;
  surname: string;
  onFirstName: (text: string) => void;
  onSurname: (text: string) => void;
  errors: readonly FormError[];
  // One's own name, which the browser may know.
  own?: boolean;
}

export function PersonName({ firstName, surname, onFirstName, onSurname, errors, own = false }: PersonNameProperties) {
  const { t } = useTranslator();
  const rest = { errors, type: 'text', optional: true, ...(own ? {} : { maxLength: 50 }) } as const;
  return (
    <>
      <TextField
        id="first_name"
        label={t('account.first_name')}
        value={firstName}
        onInput={onFirstName}
        autocomplete={own ? 'given-name' : 'off'}
        {...rest}
      />
      <TextField id="surname" label={t('account.surname')} value={surname} onInput={onSurname} autocomplete={own ? 'family-name' : 'off'} {...rest} />
    </>
  );
}
