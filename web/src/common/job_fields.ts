import type { Field } from './api/client.ts';
import { formatNumber } from './formats.ts';
import type { Translator } from './i18n/language.tsx';
import { formatDecimal, formatMoney } from './numbers.ts';
import { dayOf, formatClock, formatDay, formatDateTime } from './time/dates.ts';
import { formatDuration } from './time/durations.ts';

// How the fields of a job are written: for members, and for staff who look at what a member reads.

// Fields that every job has are named in the reader's language; what staff named is shown as they wrote it.
export function fieldLabel({ group, key, label }: Field, { t }: Translator): string {
  if (group !== 'default') return label;
  switch (key) {
    case 'description':
    case 'contact':
    case 'duration':
    case 'resolution':
      return t(`job.field.${key}`);
    default:
      return label;
  }
}

// Links and files are more than text.
export type TextualField = Exclude<Field, { type: 'link' | 'photo' | 'file' | 'signature' }>;

export function fieldText(field: TextualField, timeZone: string, translator: Translator): string {
  const { t, locale } = translator;
  if (field.value === null) return t('job.missing');
  switch (field.type) {
    case 'text':
      return field.value;
    case 'yes_no':
      return t(field.value ? 'job.yes' : 'job.no');
    case 'integer':
      if (field.group === 'default' && field.key === 'duration') return formatDuration(field.value, translator);
      return formatNumber(field.value, locale);
    case 'number':
      return formatDecimal(field.value, locale);
    case 'money':
      return formatMoney(field.value, locale);
    case 'pick_list':
      return field.value.label;
    case 'date':
      return formatDay(field.value, dayOf(new Date(), timeZone), translator);
    case 'time':
      return formatClock(field.value, translator);
    case 'datetime':
      return formatDateTime(new Date(field.value), new Date(), timeZone, translator);
  }
}
