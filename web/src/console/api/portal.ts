import { call, send, type Outcome } from '../../common/api/client.ts';
import { upload } from '../../common/api/upload.ts';
import type { StaffFieldList, StaffPortal, StaffPortalUpdate, StaffTemplateList, VisibilityPreview } from './types.ts';

// The settings of the portal: how it looks and what is visible in it.

interface VisibilityChange {
  readonly templates?: readonly string[];
  readonly fields?: readonly string[];
}

export const updatePortal = (body: StaffPortalUpdate): Promise<Outcome<StaffPortal>> => call('patch', '/staff/portal', { body });

export const readTemplates = (signal: AbortSignal): Promise<Outcome<StaffTemplateList>> => call('get', '/staff/templates', { signal });

export const showTemplates = (visible: readonly string[]): Promise<Outcome<StaffTemplateList>> =>
  call('put', '/staff/templates', { body: { visible: [...visible] } });

export const readFields = (signal: AbortSignal): Promise<Outcome<StaffFieldList>> => call('get', '/staff/fields', { signal });

export const showFields = (visible: readonly string[]): Promise<Outcome<StaffFieldList>> =>
  call('put', '/staff/fields', { body: { visible: [...visible] } });

// What is left out stays as it is.
export const previewVisibility = ({ templates, fields }: VisibilityChange): Promise<Outcome<VisibilityPreview>> =>
  call('post', '/staff/visibility/preview', {
    body: { ...(templates === undefined ? {} : { templates: [...templates] }), ...(fields === undefined ? {} : { fields: [...fields] }) },
  });

export const uploadLogo = (file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Outcome<undefined>> =>
  upload({ verb: 'put', address: '/staff/portal/logo', file, onProgress, signal });

export const removeLogo = (): Promise<Outcome<undefined>> => send('delete', '/staff/portal/logo', {});
