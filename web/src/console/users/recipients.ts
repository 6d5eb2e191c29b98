import type { Client } from '../api/clients.ts';
import type { Channel } from '../api/members.ts';

// Whom of a client one can invite with what is known already: the client itself, which is its first email and its first phone, or one of the
// other contacts.
export interface Recipient {
  readonly id: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
}

export function recipientsOf({ contacts }: Pick<Client, 'contacts'>): Recipient[] {
  const first = (kind: 'email' | 'phone') => contacts.find((contact) => contact.kind === kind) ?? null;
  const [email, phone] = [first('email'), first('phone')];
  if (email === null && phone === null) return [];
  const client: Recipient = { id: 'client', email: email?.value ?? null, phone: phone?.value ?? null };
  // Those without a name of their own are the client's, and the first of a kind is what the client has already.
  const others = contacts.filter((contact) => contact.name !== null || (contact !== email && contact !== phone));
  return [client, ...others.map(({ id, kind, value, name }): Recipient => ({ id: `contact-${id}`, name, [kind]: value }))];
}

// Email comes first where both are there.
export function channelsOf({ email, phone }: Recipient): Channel[] {
  return [...(email ? (['email'] as const) : []), ...(phone ? (['sms'] as const) : [])];
}
