import { useRef, useState } from 'preact/hooks';
import { useWords } from '../i18n/words.ts';
import { CheckBox } from '../parts/fields.tsx';
import { acceptedTypes } from './files.ts';

// Files by button or by dragging, several at once. Progress and failures stand above the page, where they stay.
export function DropZone({ label, onFiles }: { label: string; onFiles: (files: readonly File[], visible: boolean) => void }) {
  const { t } = useWords();
  const [over, setOver] = useState(false);
  const [visible, setVisible] = useState(true);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined) => {
    const list = [...(files ?? [])];
    if (list.length > 0) onFiles(list, visible);
  };
  return (
    <div
      class="drop"
      data-over={over ? '' : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <div class="actions">
        <button type="button" class="button" onClick={() => input.current?.click()}>
          {t('filed.choose')}
        </button>
        <span class="muted drop-hint">{t('filed.drop')}</span>
      </div>
      <CheckBox id="upload-visible" label={t('filed.visible_at_once')} checked={visible} onChange={setVisible} />
      <input
        ref={input}
        hidden
        multiple
        type="file"
        aria-label={label}
        accept={acceptedTypes.join(',')}
        onChange={(event) => {
          take(event.currentTarget.files);
          // The same file may be chosen again after a failure.
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
