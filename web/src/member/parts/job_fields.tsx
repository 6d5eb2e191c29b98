import type { Field } from '../../common/api/client.ts';
import { fieldLabel, fieldText } from '../../common/job_fields.ts';
import { httpAddress } from '../../common/links.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { describeFile } from '../files/describe.ts';
import { FileRow } from '../files/file_row.tsx';
import { PictureGrid } from '../files/picture_grid.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

export function FieldList({ title, fields }: { title: string; fields: readonly Field[] }) {
  const translator = useWords();
  return (
    <section class="field-list">
      <h2>{title}</h2>
      <dl class="facts">
        {fields.map((field) => (
          <div class="fact" key={field.key}>
            <dt>{fieldLabel(field, translator)}</dt>
            <dd>
              <FieldValue field={field} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function FieldValue({ field }: { field: Field }) {
  const translator = useWords();
  const { time_zone: timeZone } = useApp().portal;
  if (field.value === null) return <span class="muted">{translator.t('job.missing')}</span>;
  switch (field.type) {
    case 'text':
      return (
        <span class="plain-text" dir="auto">
          {field.value}
        </span>
      );
    case 'link':
      return <LinkValue url={field.value.url} label={field.value.label} />;
    case 'photo':
    case 'file':
    case 'signature':
      return <Files field={field} />;
    default:
      return <>{fieldText(field, timeZone, translator)}</>;
  }
}

function LinkValue({ url, label }: { url: string; label: string | null }) {
  const { t } = useWords();
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
  const translator = useWords();
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
