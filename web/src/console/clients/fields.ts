import type { Failure } from '../../common/api/failure.ts';
import type { FormError } from '../../common/parts/form.tsx';
import type { Client, ClientKind, ClientNames } from '../api/clients.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// The names of a client as a form holds them.
export interface NameValues {
  readonly organisation_name: string;
  readonly first_name: string;
  readonly middle_name: string;
  readonly surname: string;
  readonly external_id: string;
}

export const nameFields = ['organisation_name', 'first_name', 'middle_name', 'surname', 'external_id'] as const;

export const noNames: NameValues = { organisation_name: '', first_name: '', middle_name: '', surname: '', external_id: '' };

export function namesOf(client: Client): NameValues {
  return Object.fromEntries(nameFields.map((field) => [field, client[field] ?? ''])) as unknown as NameValues;
}

export const textOrNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

// Only the names that this kind of client has.
function ownFields(kind: ClientKind): readonly (typeof nameFields)[number][] {
  return kind === 'organisation' ? ['organisation_name', 'external_id'] : ['first_name', 'middle_name', 'surname', 'external_id'];
}

// What is given, for a client that does not exist yet.
export function givenNames(kind: ClientKind, values: NameValues): Partial<Record<keyof NameValues, string>> {
  return Object.fromEntries(ownFields(kind).flatMap((field) => (values[field].trim() === '' ? [] : [[field, values[field].trim()]])));
}

// What differs; null takes a name away.
export function changedNames(client: Client, values: NameValues): ClientNames {
  return Object.fromEntries(
    ownFields(client.kind).flatMap((field) => (textOrNull(values[field]) === client[field] ? [] : [[field, textOrNull(values[field])]])),
  );
}

export function missingNames(kind: ClientKind, values: NameValues, { t }: ConsoleTranslator): FormError[] {
  if (kind === 'organisation') {
    return values.organisation_name.trim() === '' ? [{ field: 'organisation_name', text: t('client.organisation_missing') }] : [];
  }
  return values.first_name.trim() === '' && values.surname.trim() === '' ? [{ field: 'first_name', text: t('client.name_missing') }] : [];
}

// "/contacts/1/value" is the second of what was sent; the form has a field for each kind.
export function renamePointers(failure: Failure, rename: (pointer: string) => string): Failure {
  if (failure.kind !== 'problem') return failure;
  return { ...failure, errors: failure.errors.map((error) => ({ ...error, pointer: rename(error.pointer) })) };
}
