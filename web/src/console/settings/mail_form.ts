import type { MailSettings, MailSettingsUpdate } from '../api/mail.ts';

// What the form of the mail settings holds: every field is a text, also where the API says null.
export interface MailValues {
  readonly sender_name: string;
  readonly sender_address: string;
  readonly reply_to: string;
  readonly server: 'provider' | 'own';
  readonly host: string;
  readonly port: string;
  readonly security: 'starttls' | 'tls';
  readonly username: string;
  // Never what is kept: only what is typed to take its place.
  readonly password: string;
}

const kPorts = { starttls: '587', tls: '465' } as const;

export function valuesOf({ sender_name: name, sender_address: address, reply_to: replyTo, server }: MailSettings): MailValues {
  return {
    sender_name: name ?? '',
    sender_address: address ?? '',
    reply_to: replyTo ?? '',
    server: server === null ? 'provider' : 'own',
    host: server?.host ?? '',
    port: String(server?.port ?? kPorts.starttls),
    security: server?.security ?? 'starttls',
    username: server?.username ?? '',
    password: '',
  };
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function updateOf(values: MailValues, sender: { readonly provider_address: string | null }): MailSettingsUpdate {
  const own = values.server === 'own';
  return {
    sender_name: orNull(values.sender_name),
    sender_address: own ? orNull(values.sender_address) : sender.provider_address,
    reply_to: orNull(values.reply_to),
    server: own
      ? {
          host: values.host.trim(),
          // What is no number is for the server to refuse, next to its field.
          port: Number(values.port.trim() === '' ? Number.NaN : values.port),
          security: values.security,
          username: orNull(values.username),
          ...(values.password === '' ? {} : { password: values.password }),
        }
      : null,
  };
}

// The usual port goes along with the encryption, until somebody has chosen another one.
export function portFor(security: MailValues['security'], current: string): string {
  return current === '' || Object.values<string>(kPorts).includes(current) ? kPorts[security] : current;
}

// An address that the provider has set, to send from by the provider's own server, stays as it is: null where there is none.
export function providerAddress({ sender_address: address, server }: MailSettings): string | null {
  return server === null ? address : null;
}
