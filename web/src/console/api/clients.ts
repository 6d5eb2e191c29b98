import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ItemsOf } from './types.ts';

// Clients with what belongs to them.

export type ClientKind = 'organisation' | 'person';
export type ContactKind = 'email' | 'phone';

export type ClientSummary = components['schemas']['StaffClientSummary'];
export type Contact = components['schemas']['Contact'];
export type Site = components['schemas']['StaffSite'];
export type Client = components['schemas']['StaffClient'];

export type ClientNames = Partial<Record<'organisation_name' | 'first_name' | 'middle_name' | 'surname' | 'external_id', string | null>>;
export type NewClient = components['schemas']['NewClient'];
export type ContactInput = { readonly kind?: ContactKind; readonly value: string; readonly name: string | null; readonly site_id?: string | null };
export type SiteInput = Partial<Record<'address' | 'time_zone' | 'external_id', string | null>> & { readonly name: string };

const optionalSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

// A search among very many may have found nobody yet when it ends its page; then it is asked to go on.
export const listClients = async (q: string, part: Part, signal?: AbortSignal): Promise<Outcome<ItemsOf<ClientSummary>>> => {
  let next = part;
  for (;;) {
    const answer: Outcome<ItemsOf<ClientSummary>> = await send('get', '/staff/clients', { query: { ...(q === '' ? {} : { q }), ...next }, ...optionalSignal(signal) });
    if (!answer.ok || answer.value.items.length > 0 || answer.value.next_cursor === null) return answer;
    next = { ...part, cursor: answer.value.next_cursor };
  }
};

export const readClient = (id: string, signal?: AbortSignal): Promise<Outcome<Client>> =>
  send('get', '/staff/clients/{id}', { path: { id }, ...optionalSignal(signal) });

export const createClient = (body: NewClient): Promise<Outcome<Client>> => send('post', '/staff/clients', { body, once: true });

export const updateClient = (id: string, body: ClientNames): Promise<Outcome<Client>> => send('patch', '/staff/clients/{id}', { path: { id }, body });

export const addContact = (id: string, body: ContactInput): Promise<Outcome<Contact>> =>
  send('post', '/staff/clients/{id}/contacts', { path: { id }, body, once: true });

export const changeContact = (id: string, contact_id: string, body: ContactInput): Promise<Outcome<Contact>> =>
  send('patch', '/staff/clients/{id}/contacts/{contact_id}', { path: { id, contact_id }, body });

export const removeContact = (id: string, contact_id: string): Promise<Outcome<undefined>> =>
  send('delete', '/staff/clients/{id}/contacts/{contact_id}', { path: { id, contact_id } });

export const addSite = (id: string, body: SiteInput): Promise<Outcome<Site>> =>
  send('post', '/staff/clients/{id}/sites', { path: { id }, body, once: true });

export const changeSite = (id: string, site_id: string, body: SiteInput): Promise<Outcome<Site>> =>
  send('patch', '/staff/clients/{id}/sites/{site_id}', { path: { id, site_id }, body });

export const removeSite = (id: string, site_id: string): Promise<Outcome<undefined>> =>
  send('delete', '/staff/clients/{id}/sites/{site_id}', { path: { id, site_id } });

// The field that an error of /staff/clients/rows names is that of the row.
export interface ClientRow {
  readonly line: number;
  readonly [field: string]: string | number;
}

export type RowsAnswer = components['schemas']['ClientRowsOutcome'];

export const sendRows = (rows: readonly ClientRow[], dryRun: boolean, signal?: AbortSignal): Promise<Outcome<RowsAnswer>> =>
  send('post', '/staff/clients/rows', { body: { dry_run: dryRun, rows }, once: !dryRun, ...optionalSignal(signal) });
