import { describeFailure, describeFieldError, type Failure } from '../../common/api/failure.ts';
import type { ConsoleKey } from '../i18n/catalogues.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// The words for what only staff can meet, or meet differently from members.
export const messagesOfStaffProblems: Readonly<Record<string, ConsoleKey>> = {
  permission_required: 'problem.permission_required',
  no_portal: 'problem.no_portal',
  last_owner: 'problem.last_owner',
  imported: 'problem.imported',
  in_use: 'problem.in_use',
  no_address: 'problem.no_address',
  already_member: 'problem.already_member',
  quota_exceeded: 'problem.quota_exceeded',
  storage_full: 'problem.storage_full',
  idempotency_key_reused: 'problem.key_reused',
};

export function describeStaffFailure(failure: Failure, translator: ConsoleTranslator, business: string): string {
  const key = failure.kind === 'problem' ? messagesOfStaffProblems[failure.code] : undefined;
  return key === undefined ? describeFailure(failure, translator, business) : translator.t(key, { business });
}

const kMessagesOfFields: Readonly<Record<string, ConsoleKey>> = {
  required: 'problem.field.required',
  invalid_phone: 'problem.field.invalid_phone',
  invalid_url: 'problem.field.invalid_url',
  invalid_colour: 'problem.field.invalid_colour',
  invalid_host: 'problem.field.invalid_host',
  needs_server: 'problem.field.needs_server',
  invalid_text: 'problem.field.invalid_text',
  unknown_id: 'problem.field.unknown_id',
  not_in_a_template: 'problem.field.not_in_a_template',
};

export function describeStaffFieldError(code: string, minimum: number, translator: ConsoleTranslator): string {
  const key = kMessagesOfFields[code];
  return key === undefined ? describeFieldError(code, minimum, translator) : translator.t(key);
}
