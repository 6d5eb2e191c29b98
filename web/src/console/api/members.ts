import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import type { Language } from '../../common/i18n/catalogues.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ItemsOf } from './types.ts';

// People at clients: invitations and what became of them.

export const memberStates = ['queued', 'sent', 'failed', 'accepted', 'expired', 'cancelled', 'removed'] as const;
export type MemberState = (typeof memberStates)[number];
export type Channel = 'email' | 'sms';

export const permissions = [
  'view_job_status',
  'view_completed_jobs',
  'view_documents',
  'create_work_requests',
  'accept_quotes',
  'view_invoices',
  'view_asset_services',
] as const;
export type Permission = (typeof permissions)[number];
// What a new member may do when nothing else is said.
export const usualPermissions: readonly Permission[] = ['view_job_status', 'view_completed_jobs', 'view_documents'];


// Of what a member is told by mail, each with what the member has to be allowed to see.
export type Notification = components['schemas']['Notification'];
export const notifications: readonly (readonly [Notification, Permission])[] = [
  ['new_quotes', 'accept_quotes'],
  ['new_invoices', 'view_invoices'],
  ['completed_jobs', 'view_completed_jobs'],
];
export const allNotifications = notifications.map(([value]) => value);

export function availableNotifications(allowed: readonly Permission[]): Notification[] {
  return notifications.filter(([, permission]) => allowed.includes(permission)).map(([value]) => value);
}

export type Member = components['schemas']['StaffMember'];
interface Chosen {
  readonly permissions?: readonly Permission[];
  readonly notifications?: readonly Notification[];
}
export type NewInvitation = Omit<components['schemas']['NewInvitation'], 'permissions' | 'notifications'> & Chosen;
export type MemberUpdate = Omit<components['schemas']['StaffMemberUpdate'], 'permissions' | 'notifications'> & Chosen;

export const listMembers = (query: Readonly<Record<string, string>>, part: Part, signal?: AbortSignal): Promise<Outcome<ItemsOf<Member>>> =>
  send('get', '/staff/members', { query: { ...query, ...part }, ...(signal === undefined ? {} : { signal }) });

export const changeMember = (id: string, body: MemberUpdate): Promise<Outcome<Member>> => send('patch', '/staff/members/{id}', { path: { id }, body });

export const removeMember = (id: string): Promise<Outcome<undefined>> => send('delete', '/staff/members/{id}', { path: { id } });

export const resetMemberPassword = (id: string): Promise<Outcome<undefined>> =>
  send('post', '/staff/members/{id}/password-reset', { path: { id }, once: true });

export const sendConfirmation = (id: string, email: string): Promise<Outcome<Member>> =>
  send('post', '/staff/members/{id}/email-confirmation', { path: { id }, body: { email }, once: true });

export const invite = (body: NewInvitation): Promise<Outcome<Member>> => send('post', '/staff/invitations', { body, once: true });

export const inviteMany = (body: {
  client_ids: readonly string[];
  channel?: Channel;
  permissions?: readonly Permission[];
  notifications?: readonly Notification[];
  language?: Language;
}): Promise<Outcome<components['schemas']['ManyInvitationsOutcome']>> =>
  send('post', '/staff/invitations/bulk', { body, once: true });

export const resend = (id: string): Promise<Outcome<Member>> => send('post', '/staff/invitations/{id}/resend', { path: { id }, once: true });

export const cancelInvitation = (id: string): Promise<Outcome<undefined>> => send('delete', '/staff/invitations/{id}', { path: { id } });

export function memberName(member: Member): string {
  const name = [member.first_name, member.surname].filter(Boolean).join(' ');
  return name !== '' ? name : (member.email ?? member.phone ?? member.client.name);
}

// The address that has to be confirmed before it counts. Nobody waits for that before the invitation is accepted, or after the access has ended.
export function waitingAddress({ state, pending_email: address }: Pick<Member, 'state' | 'pending_email'>): string | null {
  return state === 'accepted' ? address : null;
}

// Whether there is an invitation to be sent again or cancelled.
export function isOpen({ state }: Member): boolean {
  return state === 'queued' || state === 'sent' || state === 'failed' || state === 'expired';
}
