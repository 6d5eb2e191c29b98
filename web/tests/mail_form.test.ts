import { expect, test } from 'vitest';
import type { MailSettings } from '../src/console/api/mail.ts';
import { portFor, providerAddress, updateOf, valuesOf } from '../src/console/settings/mail_form.ts';

const own: MailSettings = {
  sender_name: 'Office',
  sender_address: 'portal@harbour.example',
  reply_to: null,
  server: { host: 'smtp.harbour.example', port: 2525, security: 'tls', username: 'portal', has_password: true },
  changed_at: '2024-01-01T00:00:00Z',
  last_test: null,
};

test('what is there is sent as it is, without a password unless one was typed', () => {
  const values = valuesOf(own);
  const kept = { sender_name: 'Office', sender_address: 'portal@harbour.example', reply_to: null, server: { host: 'smtp.harbour.example', port: 2525, security: 'tls', username: 'portal' } };
  expect(values.password).toBe('');
  expect(updateOf(values, { provider_address: providerAddress(own) })).toEqual(kept);
  expect(updateOf({ ...values, password: ' secret ' }, { provider_address: null }).server).toEqual({ ...kept.server, password: ' secret ' });
});

test('back at the provider’s server the own address goes, and the one that the provider set stays', () => {
  expect(updateOf({ ...valuesOf(own), server: 'provider' }, { provider_address: providerAddress(own) })).toMatchObject({ sender_address: null, server: null });
  const set: MailSettings = { ...own, server: null };
  expect(updateOf(valuesOf(set), { provider_address: providerAddress(set) })).toMatchObject({ sender_address: 'portal@harbour.example', server: null });
});

test('the usual port goes along with the encryption, another one stays', () => {
  expect(portFor('tls', '587')).toBe('465');
  expect(portFor('starttls', '465')).toBe('587');
  expect(portFor('tls', '')).toBe('465');
  expect(portFor('tls', '2525')).toBe('2525');
});
