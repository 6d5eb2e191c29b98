import type { Language } from '../../common/i18n/catalogues.ts';

// Shapes of the staff API until the contract has them.

export type Role = 'viewer' | 'manager' | 'owner';

export interface StaffSession {
  readonly staff: {
    readonly id: string;
    readonly email: string;
    readonly first_name: string | null;
    readonly surname: string | null;
    readonly role: Role;
    readonly language: Language | null;
  };
  readonly account: { readonly name: string; readonly time_zone: string };
  readonly portal_created: boolean;
}

export interface StaffInvitation {
  readonly email: string;
  readonly first_name: string | null;
  readonly account: { readonly name: string };
  readonly expires_at: string;
}

export interface StaffPortal {
  readonly created: boolean;
  readonly name: string | null;
  readonly account_name: string;
  readonly address: string | null;
  readonly logo: { readonly url: string; readonly width: number; readonly height: number } | null;
  readonly logo_state: 'none' | 'processing' | 'ready' | 'failed';
  readonly colours: { readonly accent: string };
  readonly contact: { readonly phone: string | null; readonly email: string | null; readonly website: string | null };
  readonly links: { readonly privacy: string | null; readonly terms: string | null; readonly imprint: string | null };
  readonly languages: readonly Language[];
  readonly default_language: Language;
  readonly worker_name: 'full' | 'first_name' | 'none';
  readonly invitation_days: number;
  readonly activity_days: number;
  readonly checklist: { readonly templates: number; readonly sender: boolean; readonly invitations: number };
}

export interface StaffPortalUpdate {
  readonly name?: string;
  readonly colours?: { readonly accent: string };
  readonly contact?: Partial<StaffPortal['contact']>;
  readonly links?: Partial<StaffPortal['links']>;
  readonly languages?: readonly Language[];
  readonly default_language?: Language;
  readonly worker_name?: StaffPortal['worker_name'];
  readonly invitation_days?: number;
  readonly activity_days?: number;
}

export interface StaffTemplate {
  readonly id: string;
  readonly name: string;
  readonly visible: boolean;
  readonly jobs: number;
}

export interface StaffTemplateList {
  readonly items: readonly StaffTemplate[];
}

export type FieldGroup = 'default' | 'custom' | 'report';

export interface StaffField {
  readonly id: string;
  readonly key: string;
  readonly label: string;
  readonly group: FieldGroup;
  readonly type: string;
  readonly visible: boolean;
  readonly templates: number;
}

export interface StaffFieldList {
  readonly fixed: readonly { readonly key: 'scheduled_at' | 'address' | 'status' | 'template' | 'assignee'; readonly label: string }[];
  readonly items: readonly StaffField[];
}

export interface VisibilityPreview {
  readonly jobs_shown: number;
  readonly jobs_hidden: number;
  readonly templates_shown: readonly { readonly id: string; readonly name: string }[];
  readonly templates_hidden: readonly { readonly id: string; readonly name: string }[];
  readonly fields_shown: readonly { readonly id: string; readonly label: string }[];
  readonly fields_hidden: readonly { readonly id: string; readonly label: string }[];
}

export interface StaffUser {
  readonly id: string;
  readonly email: string;
  readonly first_name: string | null;
  readonly surname: string | null;
  readonly role: Role;
  readonly state: 'invited' | 'active';
  readonly last_sign_in_at: string | null;
  readonly created_at: string;
}

export interface NewStaffUser {
  readonly email: string;
  readonly role: Role;
  readonly first_name?: string;
  readonly surname?: string;
  readonly language?: Language;
}

export type KeyScope = 'import' | 'invite';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly created_at: string;
  readonly last_used_at: string | null;
}

export interface ItemsOf<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}
