import type { Outcome } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { formatSize } from '../../common/numbers.ts';
import { fileDocument, replaceDocument, type FiledDocument } from '../api/documents.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';
import { useWords } from '../i18n/words.ts';
import { useWorkFailure } from '../work/failure.ts';
import { startWork, type Result } from '../work/work.ts';

export const acceptedTypes = ['application/pdf', 'image/jpeg', 'image/png'] as const;
const kMostBytes = 104_857_600;
const kAtOnce = 2;

// What is certain before anything is sent; what a file really is, its content tells the server.
export function fileProblem(file: Pick<File, 'type' | 'size'>, { t }: ConsoleTranslator): string | null {
  if (!acceptedTypes.some((type) => type === file.type)) return t('filed.wrong_type');
  if (file.size === 0) return t('filed.empty_file');
  return file.size > kMostBytes ? t('filed.too_large') : null;
}

// "PDF, 184 kB"
export function describeFiled({ type, size }: Pick<FiledDocument, 'type' | 'size'>, translator: ConsoleTranslator): string {
  const short = type.slice(type.indexOf('/') + 1).toUpperCase();
  return translator.t('file.describe', { type: short, size: formatSize(size, translator) });
}

export interface Uploads {
  readonly add: (client: { readonly id: string; readonly name: string }, files: readonly File[], visible: boolean, done: () => void) => void;
  readonly replace: (document: FiledDocument, file: File, done: () => void) => void;
}

export function useUploads(): Uploads {
  const translator = useWords();
  const { t } = translator;
  const failed = useWorkFailure();
  const textOf = (failure: Failure): string | undefined => {
    if (failure.kind === 'problem' && failure.status === 413) return t('filed.too_large');
    if (failure.kind === 'problem' && failure.status === 415) return t('filed.wrong_type');
    return hasCode(failure, 'not_found') ? t('client.not_found') : undefined;
  };
  const settled = (answer: Outcome<FiledDocument>, signal: AbortSignal, done: () => void): readonly Result[] => {
    if (!answer.ok) return [failed(answer.failure, signal, textOf(answer.failure))];
    if (!signal.aborted) done();
    return [null];
  };
  return {
    add: (client, files, visible, done) => {
      const run = async ([index]: readonly number[], signal: AbortSignal, onProgress: (share: number) => void): Promise<readonly Result[]> => {
        const file = files[index!]!;
        const wrong = fileProblem(file, translator);
        if (wrong !== null) return [wrong];
        return settled(await fileDocument(client.id, visible, { file, signal, onProgress }), signal, done);
      };
      void startWork({
        title: t('filed.work', { count: files.length, client: client.name }),
        names: files.map(({ name }) => name),
        batch: 1,
        atOnce: kAtOnce,
        run,
      });
    },
    replace: (document, file, done) => {
      const run = async (_: readonly number[], signal: AbortSignal, onProgress: (share: number) => void): Promise<readonly Result[]> => {
        const wrong = fileProblem(file, translator);
        if (wrong !== null) return [wrong];
        return settled(await replaceDocument(document.id, { file, signal, onProgress }), signal, done);
      };
      void startWork({ title: t('filed.work_replace', { name: document.name }), names: [file.name], batch: 1, atOnce: 1, run });
    },
  };
}
