import { useRef, useState } from 'preact/hooks';
import type { StoredFile } from '../../common/api/client.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { describeFile, type FileKind } from './describe.ts';
import { FileRow } from './file_row.tsx';
import { isPicture } from './media_types.ts';
import { PictureViewer } from './picture_viewer.tsx';

// The pictures of one field: small ones side by side, each opens the viewer. What no browser draws stands below as a file.
interface PictureGridProperties {
  // As staff named the field.
  label: string;
  files: readonly StoredFile[];
  kind: FileKind;
}

export function PictureGrid({ label, files, kind }: PictureGridProperties) {
  const translator = useWords();
  const [shown, setShown] = useState<number | null>(null);
  const grid = useRef<HTMLUListElement>(null);
  const pictures = files.filter(({ type }) => isPicture(type));
  const others = files.filter(({ type }) => !isPicture(type));

  // The reader goes on at the picture that was seen last, not at the one that opened the viewer.
  const close = (last: number) => {
    setShown(null);
    grid.current?.querySelectorAll('button')[last]?.focus();
  };
  return (
    <>
      {pictures.length > 0 && (
        <ul class="pictures" ref={grid}>
          {pictures.map((file, index) => (
            <li key={file.id}>
              <Picture file={file} kind={kind} text={pictureText(index)} onOpen={() => setShown(index)} />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul class="files">
          {others.map((file) => (
            <li key={file.id}>
              <FileRow file={file} icon={kind} description={describeFile(file, kind, translator)} />
            </li>
          ))}
        </ul>
      )}
      {shown !== null && <PictureViewer pictures={pictures} start={shown} textOf={pictureText} onClose={close} />}
    </>
  );

  // Nobody described the picture itself: its field, its place and its name are all that there is to read out.
  function pictureText(index: number): string {
    const { name } = pictures[index]!;
    return translator.t('picture.text', { label, number: index + 1, count: pictures.length, name });
  }
}

interface PictureProperties {
  file: StoredFile;
  kind: FileKind;
  text: string;
  onOpen: () => void;
}

function Picture({ file, kind, text, onOpen }: PictureProperties) {
  const translator = useWords();
  const [broken, setBroken] = useState(false);
  return (
    <>
      <button type="button" class={`picture picture-${kind}`} onClick={onOpen}>
        {broken ? (
          <>
            <Icon name={kind} class="icon icon-large" />
            <span class="visually-hidden">{text}</span>
          </>
        ) : (
          <img src={file.url} alt={text} loading="lazy" decoding="async" onError={() => setBroken(true)} />
        )}
      </button>
      <span class="muted block">{describeFile(file, kind, translator)}</span>
    </>
  );
}
