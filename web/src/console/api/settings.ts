import { call, type Outcome } from '../../common/api/client.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ApiKey, KeyScope, MessageList, NewStaffUser, Role, StaffUser, StaffUserList } from './types.ts';

// Colleagues, keys and messages that did not arrive.

export const listStaff = (signal: AbortSignal): Promise<Outcome<StaffUserList>> => call('get', '/staff/users', { signal });

export const addStaff = (body: NewStaffUser): Promise<Outcome<StaffUser>> => call('post', '/staff/users', { body, once: true });

export const changeRole = (id: string, role: Role): Promise<Outcome<StaffUser>> => call('patch', '/staff/users/{id}', { path: { id }, body: { role } });

export const changeRequestMail = (id: string, work_request_mail: boolean): Promise<Outcome<StaffUser>> =>
  call('patch', '/staff/users/{id}', { path: { id }, body: { work_request_mail } });

export const removeStaff = (id: string): Promise<Outcome<undefined>> => call('delete', '/staff/users/{id}', { path: { id } });

export const resendStaffInvitation = (id: string): Promise<Outcome<undefined>> =>
  call('post', '/staff/users/{id}/resend', { path: { id }, once: true });

export const listKeys = (signal: AbortSignal) => call('get', '/staff/api-keys', { signal });

export const createKey = (name: string, scopes: readonly KeyScope[]): Promise<Outcome<ApiKey & { readonly key: string | null }>> =>
  call('post', '/staff/api-keys', { body: { name, scopes: [...scopes] }, once: true });

export const removeKey = (id: string): Promise<Outcome<undefined>> => call('delete', '/staff/api-keys/{api_key_id}', { path: { api_key_id: id } });

export const listFailedMessages = (part: Part, signal?: AbortSignal): Promise<Outcome<MessageList>> =>
  call('get', '/staff/messages', { query: { state: 'failed', ...part }, ...(signal === undefined ? {} : { signal }) });

export const retryMessage = (id: string): Promise<Outcome<undefined>> => call('post', '/staff/messages/{id}/retry', { path: { id }, once: true });
