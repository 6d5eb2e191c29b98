import { useEffect, useRef, useState } from 'preact/hooks';
import type { StoredFile } from '../../common/api/client.ts';
import { useOverlayEntry } from '../../common/history.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { useOfflineGuard } from './file_row.tsx';
import { downloadAddress } from './media_types.ts';
import { useSwipe } from './swipe.ts';

// One picture on the whole screen: arrow keys, Home, End and swiping lead to the others; Escape, the button and going back close it.
// The browser's own modal dialog keeps the focus inside and the page behind out of reach.
interface PictureViewerProperties {
  pictures: readonly StoredFile[];
  start: number;
  textOf: (index: number) => string;
  onClose: (last: number) => void;
}

export function PictureViewer({ pictures, start, textOf, onClose }: PictureViewerProperties) {
  const { t } = useWords();
  // A picture may go, or another one come before it, while it is looked at.
  const [seen, setSeen] = useState(() => ({ id: pictures[start]!.id, index: start }));
  const place = pictures.findIndex(({ id }) => id === seen.id);
  const index = place === -1 ? Math.min(seen.index, pictures.length - 1) : place;
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useOverlayEntry(() => {
    // As long as it is open, nothing behind it can take the focus.
    dialog.current?.close();
    onClose(index);
  });
  const guard = useOfflineGuard();
  const show = (wanted: number) => {
    const next = Math.min(pictures.length - 1, Math.max(0, wanted));
    setSeen({ id: pictures[next]!.id, index: next });
  };
  const swipe = useSwipe((steps) => show(index + steps));
  const file = pictures[index];

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (file === undefined) close();
  }, [file === undefined]);
  const press = (event: KeyboardEvent) => {
    const wanted = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: pictures.length - 1 }[event.key];
    if (wanted === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(wanted);
  };
  if (file === undefined) return null;
  return (
    <dialog
      class="viewer"
      ref={dialog}
      aria-label={t('picture.viewer')}
      onKeyDown={press}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClose={close}
    >
      <div class="viewer-bar">
        <p class="viewer-text" aria-live="polite">
          {textOf(index)}
        </p>
        <a class="button button-icon" href={downloadAddress(file.url)} download aria-label={t('file.download', { name: file.name })} onClick={guard}>
          <Icon name="download" />
        </a>
        <button type="button" class="button button-icon" aria-label={t('action.close')} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div class="viewer-stage" {...swipe}>
        <LargePicture key={file.id} file={file} text={textOf(index)} />
      </div>
      {pictures.length > 1 && (
        <div class="viewer-steps">
          <Step icon="chevron-left" label={t('picture.previous')} disabled={index === 0} onPress={() => show(index - 1)} />
          <Step icon="chevron-right" label={t('picture.next')} disabled={index === pictures.length - 1} onPress={() => show(index + 1)} />
        </div>
      )}
    </dialog>
  );
}

// Disabled by attribute only for those who listen: a button that really is disabled drops the focus at the last picture.
function Step({ icon, label, disabled, onPress }: { icon: string; label: string; disabled: boolean; onPress: () => void }) {
  return (
    <button type="button" class="button button-icon" aria-label={label} aria-disabled={disabled} onClick={onPress}>
      <Icon name={icon} />
    </button>
  );
}

function LargePicture({ file, text }: { file: StoredFile; text: string }) {
  const { t } = useWords();
  const [state, setState] = useState<'loading' | 'ready' | 'broken'>('loading');
  return (
    <>
      {state === 'loading' && <p class="skeleton viewer-note">{t('loading')}</p>}
      {state === 'broken' && <p class="viewer-note">{t('picture.broken')}</p>}
      {state !== 'broken' && (
        <img src={file.url} alt={text} draggable={false} onLoad={() => setState('ready')} onError={() => setState('broken')} />
      )}
    </>
  );
}
