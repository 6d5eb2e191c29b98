import type { Message } from '../../../common/i18n/message.ts';

export const mails = {
  'mails.title': 'Emails',
  'mails.text': 'We write to {email} when there is something new for {client}, at most once an hour.',
  'mails.legend': 'Email me when',
  'mails.new_quotes': 'a quote is waiting for my decision',
  'mails.new_invoices': 'an invoice is due',
  'mails.completed_jobs': 'a job is finished',
  'mails.save': 'Save the choice',
  'mails.none': 'There is nothing here that we email you about.',
} as const satisfies Record<string, Message>;
