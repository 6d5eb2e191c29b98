import { send, type Outcome } from '../../common/api/client.ts';
import { upload } from '../../common/api/upload.ts';
import type { StaffFieldList, StaffPortal, StaffPortalUpdate, StaffTemplateList, VisibilityPreview } from './types.ts';

// The settings of the portal: how it looks and what is visible in it.

export const updatePortal = (body: StaffPortalUpdate): Promise<Outcome<StaffPortal>> => send('patch', '/staff/portal', { body });

export const readTemplates = (signal: AbortSignal): Promise<Outcome<StaffTemplateList>> => send('get', '/staff/templates', { signal });

export const showTemplates = (visible: readonly string[]): Promise<Outcome<StaffTemplateList>> =>
  send('put', '/staff/templates', { body: { visible } });

export const readFields = (signal: AbortSignal): Promise<Outcome<StaffFieldList>> => send('get', '/staff/fields', { signal });

export const showFields = (visible: readonly string[]): Promise<Outcome<StaffFieldList>> => send('put', '/staff/fields', { body: { visible } });

export const previewVisibility = (templates: readonly string[], fields: readonly string[]): Promise<Outcome<VisibilityPreview>> =>
  send('post', '/staff/visibility/preview', { body: { templates, fields } });

export const uploadLogo = (file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Outcome<undefined>> =>
  upload({ verb: 'put', address: '/staff/portal/logo', file, onProgress, signal });

export const removeLogo = (): Promise<Outcome<undefined>> => send('delete', '/staff/portal/logo', {});
