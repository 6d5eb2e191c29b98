import type { StoredFile } from '../../common/api/client.ts';
import { formatSize } from '../../common/numbers.ts';
import type { MemberTranslator } from '../i18n/words.ts';
import { shortType } from './media_types.ts';

export type FileKind = 'photo' | 'file' | 'signature' | 'document' | 'invoice';

// "Photo (JPEG), 184 kB", "File (PDF), 2.1 MB"
export function describeFile(file: Pick<StoredFile, 'type' | 'size'>, kind: FileKind, translator: MemberTranslator): string {
  const { t } = translator;
  const short = shortType(file.type);
  const type = short === null ? t(`file.type.${kind}`) : t('file.typed', { kind: t(`file.type.${kind}`), type: short });
  return t('file.describe', { type, size: formatSize(file.size, translator) });
}
