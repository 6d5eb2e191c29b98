import type { components } from './generated/schema.d.ts';
import type { Translator } from '../i18n/language.tsx';
import type { MessageKey } from '../i18n/catalogues.ts';
import { formatWait } from '../time/durations.ts';

export type ProblemCode = components['schemas']['ProblemCode'];
export type FieldError = components['schemas']['FieldError'];

export type Failure =
  | {
      readonly kind: 'problem';
      readonly status: number;
      readonly code: ProblemCode;
      readonly requestId: string | null;
      readonly errors: readonly FieldError[];
      readonly retryAfterSeconds: number | null;
      // Masked: where the message with a link went that has expired.
      readonly sentTo: string | null;
    }
  | { readonly kind: 'offline' | 'network' | 'timeout' | 'cancelled' };

// An answer of nginx itself, or of something in between, has no problem document: the status has to do.
export function problemOf(status: number, body: unknown, retryAfter: string | null): Failure {
  const document = isRecord(body) ? body : {};
  const seconds = Number(retryAfter ?? Number.NaN);
  return {
    kind: 'problem',
    status,
    code: typeof document['code'] === 'string' ? (document['code'] as ProblemCode) : codeOfStatus(status),
    requestId: typeof document['request_id'] === 'string' ? document['request_id'] : null,
    errors: Array.isArray(document['errors']) ? document['errors'].filter(isFieldError) : [],
    retryAfterSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
    sentTo: typeof document['sent_to'] === 'string' ? document['sent_to'] : null,
  };
}

function codeOfStatus(status: number): ProblemCode {
  switch (status) {
    case 401:
      return 'not_signed_in';
    case 403:
      return 'permission_required';
    case 404:
      return 'not_found';
    case 413:
      return 'payload_too_large';
    case 414:
      return 'uri_too_long';
    case 429:
      return 'too_many_requests';
    case 502:
    case 503:
    case 504:
      return 'overloaded';
    default:
      return status < 500 ? 'invalid_request' : 'internal_error';
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value['pointer'] === 'string' && typeof value['code'] === 'string';
}

export function hasCode(failure: Failure | null, ...codes: readonly ProblemCode[]): boolean {
  return failure !== null && failure.kind === 'problem' && codes.includes(failure.code);
}

// The number that helps whoever looks for a fault of ours; for everything else it would only be noise.
export function requestIdToShow(failure: Failure): string | null {
  return failure.kind === 'problem' && failure.code === 'internal_error' ? failure.requestId : null;
}

// Whether a change may have been made although no answer says so.
export function isUncertain(failure: Failure): boolean {
  return failure.kind === 'timeout' || failure.kind === 'network' || hasCode(failure, 'outcome_unknown');
}

// What a page says when it has no words of its own for the case.
// The console has words of its own for what only staff can meet; a test finds a code without any.
export const messagesOfProblems: Readonly<Partial<Record<ProblemCode, MessageKey>>> = {
  invalid_request: 'error.invalid',
  invalid_json: 'error.invalid',
  invalid_field: 'error.invalid',
  invalid_cursor: 'error.invalid',
  unknown_parameter: 'error.invalid',
  import_refused: 'error.invalid',
  not_signed_in: 'sign_in.ended',
  invalid_credentials: 'sign_in.wrong',
  invalid_key: 'error.forbidden',
  permission_required: 'error.forbidden',
  cross_site_request: 'error.cross_site',
  not_found: 'error.not_found',
  no_portal: 'no_portal.text',
  token_unknown: 'link.unknown',
  method_not_allowed: 'error.internal',
  membership_changed: 'error.conflict',
  last_owner: 'error.conflict',
  idempotency_key_reused: 'error.conflict',
  conflict: 'error.conflict',
  activation_used: 'link.used',
  activation_expired: 'link.expired',
  activation_replaced: 'link.replaced',
  activation_cancelled: 'activate.cancelled',
  link_used: 'link.used',
  link_expired: 'link.expired',
  link_replaced: 'link.replaced',
  payload_too_large: 'error.invalid',
  uri_too_long: 'error.invalid',
  unsupported_media_type: 'error.internal',
  unknown_host: 'no_portal.text',
  too_many_requests: 'error.too_many_requests',
  internal_error: 'error.internal',
  overloaded: 'error.unavailable',
  database_unavailable: 'error.unavailable',
  outcome_unknown: 'error.outcome_unknown',
  deadline_exceeded: 'error.timeout',
  schema_mismatch: 'error.unavailable',
  range_not_satisfiable: 'error.invalid',
  headers_too_large: 'error.invalid',
  not_implemented: 'error.invalid',
  storage_unavailable: 'error.unavailable',
  storage_full: 'error.unavailable',
  quota_exceeded: 'error.invalid',
};

export function describeFailure(failure: Failure, translator: Translator, business: string): string {
  const { t } = translator;
  switch (failure.kind) {
    case 'offline':
      return t('offline.action');
    case 'timeout':
      return t('error.timeout');
    case 'network':
    case 'cancelled':
      return t('error.network');
    case 'problem':
      // A code that came after this page was built is described by its status.
      return t(messagesOfProblems[failure.code] ?? messagesOfProblems[codeOfStatus(failure.status)]!, {
        business,
        wait: formatWait(failure.retryAfterSeconds ?? 60, translator),
      });
  }
}

// The words for one wrong field; `minimum` is the password length that the portal asks for.
export function describeFieldError(code: string, minimum: number, { t }: Translator): string {
  switch (code) {
    case 'invalid_email':
    case 'common_password':
    case 'personal_password':
    case 'too_long':
      return t(`field.${code}`);
    case 'wrong':
      return t('field.wrong_password');
    case 'too_short':
      return t('field.too_short', { count: minimum });
    default:
      return t('field.invalid');
  }
}
