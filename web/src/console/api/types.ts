import type { components } from '../../common/api/generated/schema.d.ts';

type Schemas = components['schemas'];

export type Role = Schemas['StaffRole'];
export type StaffSession = Schemas['StaffSession'];
export type StaffInvitation = Schemas['StaffInvitation'];
export type StaffPortal = Schemas['StaffPortal'];
export type StaffPortalUpdate = Schemas['StaffPortalUpdate'];
export type StaffTemplateList = Schemas['StaffTemplateList'];
export type StaffFieldList = Schemas['StaffFieldList'];
export type FieldGroup = Schemas['StaffField']['group'];
export type VisibilityPreview = Schemas['VisibilityPreview'];
export type StaffUser = Schemas['StaffUser'];
export type StaffUserList = Schemas['StaffUserList'];
export type NewStaffUser = Schemas['NewStaffUser'];
export type ApiKey = Schemas['ApiKey'];
export type StaffMessage = Schemas['StaffMessage'];
export type MessageList = Schemas['MessageList'];

// What else the console calls by a name.

export type KeyScope = 'import' | 'invite' | 'feed';

export interface ItemsOf<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}
