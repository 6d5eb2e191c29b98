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
