import type { Field } from '../../common/api/client.ts';
import { dateFormat, formatNumber } from '../../common/formats.ts';
import { useTranslator, type Translator } from '../../common/i18n/language.tsx';
import { httpAddress } from '../../common/links.ts';
import { formatDecimal, formatMoney } from '../../common/numbers.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { dayOf, formatDay, formatDateTime } from '../../common/time/dates.ts';
import { formatDuration } from '../../common/time/durations.ts';
import { describeFile } from '../files/describe.ts';
import { FileRow } from '../files/file_row.tsx';
import { PictureGrid } from '../files/picture_grid.tsx';
import { useApp } from '../state/application.tsx';

export function FieldList({ title, fields }: { title: string; fields: readonly Field[] }) {
  const { t } = useTranslator();
  return (
    <section class="field-list">
      <h2>{title}</h2>
      <dl class="facts">
        {fields.map((field) => (
          <div class="fact" key={field.key}>
            <dt>{fieldLabel(field, t)}</dt>
            <dd>
              <FieldValue field={field} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

// Fields that every job has are named in the reader's language; what staff named is shown as they wrote it.
function fieldLabel({ group, key, label }: Field, t: Translator['t']): string {
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

function FieldValue({ field }: { field: Field }) {
  const translator = useTranslator();
  const { time_zone: timeZone } = useApp().portal;
  const { t, locale } = translator;
  if (field.value === null) return <span class="muted">{t('job.missing')}</span>;
  switch (field.type) {
    case 'text':
      return (
        <span class="plain-text" dir="auto">
          {field.value}
        </span>
      );
    case 'yes_no':
      return <>{t(field.value ? 'job.yes' : 'job.no')}</>;
    case 'integer':
      if (field.group === 'default' && field.key === 'duration') return <>{formatDuration(field.value, translator)}</>;
      return <>{formatNumber(field.value, locale)}</>;
    case 'number':
      return <>{formatDecimal(field.value, locale)}</>;
    case 'money':
      return <>{formatMoney(field.value, locale)}</>;
    case 'pick_list':
      return <>{field.value.label}</>;
    case 'link':
      return <LinkValue url={field.value.url} label={field.value.label} />;
    case 'date':
      return <>{formatDay(field.value, dayOf(new Date(), timeZone), translator)}</>;
    case 'time':
      return <>{formatClock(field.value, locale)}</>;
    case 'datetime':
      return <>{formatDateTime(new Date(field.value), new Date(), timeZone, translator)}</>;
    case 'photo':
    case 'file':
    case 'signature':
      return <Files field={field} />;
  }
}

// A time of day belongs to no zone.
function formatClock(time: string, locale: string): string {
  const format = dateFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' });
  return format.format(new Date(`1970-01-01T${time}:00Z`));
}

function LinkValue({ url, label }: { url: string; label: string | null }) {
  const { t } = useTranslator();
  const address = httpAddress(url);
  const text = label === null || label === '' ? url : label;
  if (address === null) return <span class="plain-text">{text}</span>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer" class="plain-text">
      {text}
      <Icon name="external" />
      <span class="visually-hidden"> ({t('job.new_tab')})</span>
    </a>
  );
}

type FileField = Extract<Field, { type: 'photo' | 'file' | 'signature' }>;

// Photos and signatures are seen at once, other files are opened or saved.
function Files({ field }: { field: FileField }) {
  const translator = useTranslator();
  const { label, type } = field;
  const files = field.value ?? [];
  if (files.length === 0) return <span class="muted">{translator.t('job.no_files')}</span>;
  if (type !== 'file') return <PictureGrid label={label} files={files} kind={type} />;
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.id}>
          <FileRow file={file} icon={type} description={describeFile(file, type, translator)} />
        </li>
      ))}
    </ul>
  );
}
