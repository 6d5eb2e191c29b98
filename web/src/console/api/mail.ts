import { call, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';

// How the account's mail leaves.

export type MailSettings = components['schemas']['MailSettings'];
export type MailSettingsUpdate = components['schemas']['MailSettingsUpdate'];

export const readMailSettings = (signal: AbortSignal): Promise<Outcome<MailSettings>> => call('get', '/staff/mail-settings', { signal });

export const saveMailSettings = (body: MailSettingsUpdate): Promise<Outcome<MailSettings>> => call('put', '/staff/mail-settings', { body });

export const testMailSettings = (): Promise<Outcome<undefined>> => call('post', '/staff/mail-settings/test', { once: true });
