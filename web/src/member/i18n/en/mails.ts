import type { Message } from '../../../common/i18n/message.ts';

export const mails = {
  'mails.title': 'Mails',
  'mails.text': 'We write to {email} when there is something new for {client}, at most once an hour.',
  'mails.legend': 'Write to me when',
  'mails.new_quotes': 'a quote waits for a decision',
  'mails.new_invoices': 'an invoice is to be paid',
  'mails.completed_jobs': 'a job is done',
  'mails.save': 'Save the choice',
  'mails.none': 'Of what you see here, nothing is told by mail.',
} as const satisfies Record<string, Message>;
