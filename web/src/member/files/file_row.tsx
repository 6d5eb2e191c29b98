import type { StoredFile } from '../../common/api/client.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { downloadAddress, opensInBrowser } from './media_types.ts';

type ShownFile = Pick<StoredFile, 'name' | 'type' | 'size' | 'url'>;

// One file: what it is stands there before it is opened, and saving it is always possible.
interface FileRowProperties {
  file: ShownFile;
  icon: string;
  description: string;
}

export function FileRow({ file, icon, description }: FileRowProperties) {
  return (
    <div class="file">
      <Icon name={icon} />
      <div class="file-text">
        <FileLink file={file} text={file.name} />
        <span class="muted block">{description}</span>
      </div>
      <SaveLink file={file} />
    </div>
  );
}

// What a browser cannot show is only saved.
export function FileLink({ file: { type, url }, text }: { file: ShownFile; text: string }) {
  const { t } = useWords();
  const guard = useOfflineGuard();
  if (!opensInBrowser(type)) return <span class="file-name">{text}</span>;
  return (
    <a class="file-name" href={url} target="_blank" rel="noopener" onClick={guard}>
      {text}
      <span class="visually-hidden"> ({t('job.new_tab')})</span>
    </a>
  );
}

export function SaveLink({ file: { name, url } }: { file: ShownFile }) {
  const { t } = useWords();
  const guard = useOfflineGuard();
  return (
    <a class="button button-icon" href={downloadAddress(url)} download aria-label={t('file.download', { name })} onClick={guard}>
      <Icon name="download" />
    </a>
  );
}

// Without a connection a file would open as the browser's own error page.
export function useOfflineGuard(): (event: MouseEvent) => void {
  const { setNotice } = useApp();
  return (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    setNotice({ key: 'file.offline' });
  };
}
