import type { Failure } from '../api/failure.ts';
import type { Translator } from '../i18n/language.tsx';
import type { Shell } from '../state/shell.tsx';
import type { FormError } from './form.tsx';

// What the server refused, next to the field that it named, as far as the form has it. The field of "/contact/phone" is "contact_phone",
// that of "/languages/1" is "languages".
export function formErrors(failure: Failure, fields: readonly string[], shell: Shell, translator: Translator): FormError[] {
  if (failure.kind !== 'problem' || failure.code !== 'invalid_field' || failure.errors.length === 0) {
    return [{ field: null, text: shell.describe(failure, translator) }];
  }
  return failure.errors.map(({ pointer, code }) => ({
    field: fields.find((field) => `${pointer.slice(1).replaceAll('/', '_')}_`.startsWith(`${field}_`)) ?? null,
    text: shell.describeField(code, translator),
  }));
}
