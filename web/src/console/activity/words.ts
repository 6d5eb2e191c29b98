import { formatMoney } from '../../common/numbers.ts';
import type { Activity } from '../api/activity.ts';
import { decisions, methods } from '../api/quotes.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// What was done, in words. The list of the server is open: what is not known here is shown under its own name.
export const knownActions = [
  'signed_in',
  'signed_out',
  'sign_in_failed',
  'activated',
  'staff_activated',
  'password_changed',
  'staff_password_changed',
  'password_reset_started',
  'email_changed',
  'portal_created',
  'settings_changed',
  'logo_changed',
  'logo_removed',
  'templates_changed',
  'fields_changed',
  'invitation_layout_changed',
  'invitation_tested',
  'mail_settings_changed',
  'mail_tested',
  'member_invited',
  'invitation_resent',
  'invitation_cancelled',
  'message_retried',
  'confirmation_resent',
  'pending_email_changed',
  'member_changed',
  'member_removed',
  'permissions_changed',
  'member_viewed',
  'client_created',
  'client_changed',
  'contact_created',
  'contact_changed',
  'contact_deleted',
  'site_created',
  'site_changed',
  'site_deleted',
  'clients_imported',
  'document_added',
  'document_changed',
  'document_replaced',
  'document_removed',
  'document_opened',
  'opened_as_member',
  'work_request_submitted',
  'work_request_cancelled',
  'work_request_changed',
  'quote_opened',
  'quote_decided',
  'quote_decision_recorded',
  'quote_changed',
  'invoice_opened',
  'invoice_changed',
  'staff_added',
  'staff_invitation_resent',
  'staff_role_changed',
  'staff_mail_changed',
  'staff_removed',
  'api_key_created',
  'api_key_revoked',
] as const;

export function describeAction(action: string, { t }: ConsoleTranslator): string {
  const known = knownActions.find((candidate) => candidate === action);
  return known === undefined ? action.replaceAll('_', ' ') : t(`activity.action.${known}`);
}

export function describeActor({ kind, name }: Activity['actor'], { t }: ConsoleTranslator): string {
  const what = t(`activity.actor.${kind}`);
  return name === null || name === '' ? what : t('activity.actor_named', { name, kind: what });
}

export interface Detail {
  readonly name: string;
  readonly before: string | null;
  readonly after: string;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(show).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

// What was decided about a quote, as its page has it. The hash of the document says nothing to anybody.
function decisionOf({ content: _, currency, ...rest }: Activity['details'], { t, locale }: ConsoleTranslator): Activity['details'] {
  const { decision, method, total } = rest;
  const known = decisions.find((candidate) => candidate === decision);
  const how = (['portal', ...methods] as const).find((candidate) => candidate === method);
  const isMoney = typeof total === 'number' && typeof currency === 'string';
  return {
    ...rest,
    ...(known === undefined ? {} : { decision: t(`offered.state.${known}`) }),
    ...(how === undefined ? {} : { method: t(`offered.by.${how}`) }),
    ...(isMoney ? { total: formatMoney({ amount: total, currency }, locale) } : {}),
  };
}

// {before: {a: 1}, after: {a: 2}} and {a: {before: 1, after: 2}} say the same; everything else is shown as it is.
export function detailsOf({ action, details }: Pick<Activity, 'action' | 'details'>, translator: ConsoleTranslator): Detail[] {
  const isDecision = action === 'quote_decided' || action === 'quote_decision_recorded';
  const { before, after, ...rest } = isDecision ? decisionOf(details, translator) : details;
  const changed: Detail[] = [];
  if (isRecord(before) || isRecord(after)) {
    const [old, now] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) changed.push({ name, before: show(old[name]), after: show(now[name]) });
  } else if (before !== undefined || after !== undefined) {
    changed.push({ name: '', before: show(before), after: show(after) });
  }
  const others = Object.entries(rest).map(([name, value]): Detail =>
    isRecord(value) && ('before' in value || 'after' in value)
      ? { name, before: show(value['before']), after: show(value['after']) }
      : { name, before: null, after: show(value) },
  );
  return [...changed, ...others];
}
