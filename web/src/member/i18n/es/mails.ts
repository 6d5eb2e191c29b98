import type { Message } from '../../../common/i18n/message.ts';
import type { mails as english } from '../en/mails.ts';

export const mails: Record<keyof typeof english, Message> = {
  'mails.title': 'Avisos por correo electrónico',
  'mails.text': 'Escribimos a {email} cuando hay algo nuevo para {client}, como mucho una vez por hora.',
  'mails.legend': 'Escribirme cuando',
  'mails.new_quotes': 'un presupuesto espere una decisión',
  'mails.new_invoices': 'haya una factura por pagar',
  'mails.completed_jobs': 'un trabajo esté terminado',
  'mails.save': 'Guardar la elección',
  'mails.none': 'De lo que ve aquí no se avisa nada por correo electrónico.',
};
