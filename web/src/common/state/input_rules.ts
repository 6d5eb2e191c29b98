import type { Translator } from '../i18n/language.tsx';
import type { FormError } from '../parts/form.tsx';

// Only what is certain here; whether a password is too common is the server's to judge.
export function passwordErrors(password: string, minimum: number, { t }: Translator): FormError[] {
  if (password === '') return [{ field: 'password', text: t('field.required.new_password') }];
  if ([...password].length < minimum) return [{ field: 'password', text: t('field.too_short', { count: minimum }) }];
  return [];
}

// Whether it may be an address; the server knows more.
export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}

export function emailErrors(address: string, { t }: Translator): FormError[] {
  if (address === '') return [{ field: 'email', text: t('field.required.email') }];
  return isEmail(address) ? [] : [{ field: 'email', text: t('field.invalid_email') }];
}
