import { call, type Outcome } from '../../common/api/client.ts';
import type { DeviceList } from '../../common/account/devices.tsx';
import type { ProfileNames } from '../../common/account/profile.tsx';
import type { Language } from '../../common/i18n/catalogues.ts';
import type { StaffInvitation, StaffPortal, StaffSession } from './types.ts';

// What the shell of the console asks of the API.

export const readSession = (): Promise<Outcome<StaffSession>> => call('get', '/staff/session', {});

export const signIn = (email: string, password: string): Promise<Outcome<StaffSession>> =>
  call('post', '/staff/session', { body: { email, password } });

export const signOut = (): Promise<Outcome<undefined>> => call('delete', '/staff/session', {});

export const lookUpActivation = (token: string, signal: AbortSignal): Promise<Outcome<StaffInvitation>> =>
  call('post', '/staff/activation/lookup', { body: { token }, signal });

export const activate = (body: { token: string; password: string; first_name?: string; surname?: string }): Promise<Outcome<StaffSession>> =>
  call('post', '/staff/activation', { body });

export const requestPasswordReset = (email: string): Promise<Outcome<undefined>> => call('post', '/staff/password-reset', { body: { email } });

export const resetPassword = (token: string, password: string): Promise<Outcome<undefined>> =>
  call('post', '/staff/password', { body: { token, password } });

export const changePassword = (body: { current_password: string; password: string }): Promise<Outcome<StaffSession>> =>
  call('post', '/staff/me/password', { body });

export const changeProfile = (body: ProfileNames & { readonly language?: Language }): Promise<Outcome<StaffSession>> =>
  call('patch', '/staff/me', { body });

export const changeOwnRequestMail = (work_request_mail: boolean): Promise<Outcome<StaffSession>> =>
  call('patch', '/staff/me', { body: { work_request_mail } });

export const listOwnSessions = (signal: AbortSignal): Promise<Outcome<DeviceList>> => call('get', '/staff/sessions', { signal });

export const endOwnSession = (id: string): Promise<Outcome<undefined>> => call('delete', '/staff/sessions/{id}', { path: { id } });

export const readPortal = (signal?: AbortSignal): Promise<Outcome<StaffPortal>> =>
  call('get', '/staff/portal', signal === undefined ? {} : { signal });

export const createPortal = (): Promise<Outcome<StaffPortal>> => call('post', '/staff/portal', { once: true });
