import type { StoredFile } from '../../common/api/client.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { downloadAddress, opensInBrowser } from './media_types.ts';

// One file: what it is stands there before it is opened, and saving it is always possible. What a browser cannot show is only saved.
interface FileRowProperties {
  file: Pick<StoredFile, 'name' | 'type' | 'size' | 'url'>;
  icon: string;
  description: string;
}

export function FileRow({ file, icon, description }: FileRowProperties) {
  const { t } = useWords();
  const guard = useOfflineGuard();
  const { name, type, url } = file;
  return (
    <div class="file">
      <Icon name={icon} />
      <div class="file-text">
        {opensInBrowser(type) ? (
          <a class="file-name" href={url} target="_blank" rel="noopener" onClick={guard}>
            {name}
            <span class="visually-hidden"> ({t('job.new_tab')})</span>
          </a>
        ) : (
          <span class="file-name">{name}</span>
        )}
        <span class="muted block">{description}</span>
      </div>
      <a class="button button-icon" href={downloadAddress(url)} download aria-label={t('file.download', { name })} onClick={guard}>
        <Icon name="download" />
      </a>
    </div>
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
