import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import type { Language } from '../../common/i18n/catalogues.ts';

// What invitations say, one layout for each language.

export type LayoutList = components['schemas']['InvitationLayoutList'];
export type Layout = LayoutList['items'][number];

export interface EmailLayout {
  readonly subject: string;
  readonly html: string;
}

export type LayoutPreview = components['schemas']['InvitationPreview'];

export const readLayouts = (signal?: AbortSignal): Promise<Outcome<LayoutList>> =>
  send('get', '/staff/invitation-layouts', signal === undefined ? {} : { signal });

// Null: the usual words again; what is left out stays.
interface LayoutUpdate {
  readonly language: Language;
  readonly email?: EmailLayout | null;
  readonly sms?: { readonly text: string } | null;
}

export const saveLayout = (body: LayoutUpdate): Promise<Outcome<unknown>> => send('put', '/staff/invitation-layouts', { body });

export const previewLayout = (body: LayoutUpdate, signal: AbortSignal): Promise<Outcome<LayoutPreview>> =>
  send('post', '/staff/invitation-layouts/preview', { body, signal });

export const sendTest = (body: { language: Language; channel: 'email' | 'sms'; phone?: string }): Promise<Outcome<undefined>> =>
  send('post', '/staff/invitation-layouts/test', { body, once: true });
