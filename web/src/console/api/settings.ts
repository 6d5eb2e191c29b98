import { send, type Outcome } from '../../common/api/client.ts';
import type { ApiKey, ItemsOf, KeyScope, NewStaffUser, Role, StaffUser } from './types.ts';

// Colleagues and keys.

export const listStaff = (signal: AbortSignal): Promise<Outcome<ItemsOf<StaffUser>>> => send('get', '/staff/users', { signal });

export const addStaff = (body: NewStaffUser): Promise<Outcome<StaffUser>> => send('post', '/staff/users', { body, once: true });

export const changeRole = (id: string, role: Role): Promise<Outcome<StaffUser>> => send('patch', '/staff/users/{id}', { path: { id }, body: { role } });

export const removeStaff = (id: string): Promise<Outcome<undefined>> => send('delete', '/staff/users/{id}', { path: { id } });

export const resendStaffInvitation = (id: string): Promise<Outcome<undefined>> =>
  send('post', '/staff/users/{id}/resend', { path: { id }, once: true });

export const listKeys = (signal: AbortSignal): Promise<Outcome<ItemsOf<ApiKey>>> => send('get', '/staff/api-keys', { signal });

export const createKey = (name: string, scopes: readonly KeyScope[]): Promise<Outcome<ApiKey & { readonly key: string }>> =>
  send('post', '/staff/api-keys', { body: { name, scopes }, once: true });

export const removeKey = (id: string): Promise<Outcome<undefined>> => send('delete', '/staff/api-keys/{id}', { path: { id } });
