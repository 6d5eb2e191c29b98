import type { Portal } from '../api/client.ts';
import { describeFailure, describeFieldError, type Failure } from '../api/failure.ts';
import type { Translator } from '../i18n/language.tsx';
import type { FormError } from './form.tsx';

// What the server refused, next to the field that it named, as far as the form has it.
export function formErrors(failure: Failure, fields: readonly string[], portal: Portal, translator: Translator): FormError[] {
  if (failure.kind !== 'problem' || failure.code !== 'invalid_field' || failure.errors.length === 0) {
    return [{ field: null, text: describeFailure(failure, translator, portal.name) }];
  }
  return failure.errors.map(({ pointer, code }) => ({
    field: fields.find((field) => pointer === `/${field}`) ?? null,
    text: describeFieldError(code, portal.password.minimum_length, translator),
  }));
}
