import { useEffect, useRef, useState } from 'preact/hooks';
import { Choice } from '../../common/parts/choice.tsx';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { sendRows, type RowsAnswer } from '../api/clients.ts';
import { useWords, type ConsoleTranslator } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';
import { useWorkFailure } from '../work/failure.ts';
import { startWork, type Result } from '../work/work.ts';
import { decodeText, parseCsv, type CsvRow } from './csv.ts';
import { proposeMapping, rowFields, rowsOf, type Mapping } from './mapping.ts';
import { kRowsAtOnce, tryRows } from './trial.ts';

const kMostRows = 5000;
const kMostBytes = 10_485_760;
const kErrorsShown = 100;

interface OpenFile {
  readonly name: string;
  readonly heads: readonly string[];
  readonly rows: readonly CsvRow[];
}

// Clients from a file: it is read here, its columns are matched, and what would happen is shown before anything does.
export function ReadRows({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const translator = useWords();
  const { t } = translator;
  const { describe, handleFailure } = useShell();
  const [file, setFile] = useState<OpenFile | null>(null);
  const [mapping, setMapping] = useState<Mapping | null>(null);
  const [trial, setTrial] = useState<RowsAnswer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // How many rows have been looked at; null: nothing is under way.
  const [tried, setTried] = useState<number | null>(null);
  const busy = tried !== null;
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef(new AbortController());
  useEffect(() => () => abort.current.abort(), []);
  const failed = useWorkFailure();

  // What was found out of another file, or of other columns, says nothing of these: it ends, and what it still answers is dropped.
  const startOver = () => {
    abort.current.abort();
    abort.current = new AbortController();
    setTrial(null);
    setTried(null);
    return abort.current.signal;
  };
  const open = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    const signal = startOver();
    setFile(null);
    if (chosen.size > kMostBytes) return setProblem(t('rows.too_large'));
    const bytes = await chosen.arrayBuffer();
    if (signal.aborted) return;
    const [head, ...rows] = parseCsv(decodeText(bytes));
    if (head === undefined || rows.length === 0) return setProblem(t('rows.empty'));
    if (rows.length > kMostRows) return setProblem(t('rows.too_many', { count: kMostRows }));
    setProblem(null);
    setFile({ name: chosen.name, heads: head.cells, rows });
    setMapping(proposeMapping(head.cells));
  };
  const isNamed = mapping !== null && (mapping.name !== null || mapping.first_name !== null || mapping.surname !== null);
  const tryOut = async () => {
    if (busy || file === null || mapping === null) return;
    if (!isNamed) return setProblem(t('rows.name_missing'));
    const signal = startOver();
    setTried(0);
    setProblem(null);
    const answer = await tryRows(rowsOf(file.rows, mapping), (part) => sendRows(part, true, signal), (done) => signal.aborted || setTried(done));
    if (signal.aborted) return;
    setTried(null);
    if (answer.ok) setTrial(answer.value);
    else if (!handleFailure(answer.failure)) setProblem(describe(answer.failure, translator));
  };
  const start = () => {
    if (file === null || mapping === null || trial === null) return;
    const wrong = new Set(trial.errors.map(({ line }) => line));
    const rows = rowsOf(file.rows, mapping).filter(({ line }) => !wrong.has(line));
    const run = async (indexes: readonly number[], signal: AbortSignal): Promise<readonly Result[]> => {
      const part = indexes.map((index) => rows[index]!);
      const answer = await sendRows(part, false, signal);
      if (!answer.ok) {
        const result = failed(answer.failure, signal);
        return part.map(() => result);
      }
      const errors = new Map(answer.value.errors.map((error) => [error.line, error]));
      return part.map(({ line }) => {
        const error = errors.get(line);
        return error === undefined ? null : describeError(error, translator);
      });
    };
    void startWork({
      title: t('rows.work', { name: file.name }),
      names: rows.map((row) => t('rows.line', { line: row.line })),
      batch: kRowsAtOnce,
      atOnce: 1,
      run,
      done: onDone,
    });
    onClose();
  };
  const change = (field: (typeof rowFields)[number], value: string) => {
    startOver();
    if (mapping !== null) setMapping({ ...mapping, [field]: value === '' ? null : Number(value) });
  };
  return (
    <Dialog title={t('rows.open')} onClose={onClose} wide>
      <p>{t('rows.text')}</p>
      <p class="actions">
        <button type="button" class={file === null ? 'button button-primary button-fit' : 'button'} onClick={() => input.current?.click()}>
          {t(file === null ? 'rows.choose' : 'rows.choose_other')}
        </button>
        {file !== null && <span class="muted">{t('rows.file', { name: file.name, count: file.rows.length })}</span>}
      </p>
      <input
        ref={input}
        hidden
        type="file"
        aria-label={t('rows.choose')}
        accept=".csv,.tsv,.txt,text/csv"
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      {problem !== null && (
        <p class="field-error" role="alert">
          <Icon name="alert" />
          {problem}
        </p>
      )}
      {file !== null && mapping !== null && (
        <>
          <h3>{t('rows.columns')}</h3>
          <p class="muted">{t('rows.columns_text')}</p>
          <div class="row-fields">
            {rowFields.map((field) => (
              <div key={field}>
                <Choice
                  id={`column-${field}`}
                  label={t(`rows.field.${field}`)}
                  value={mapping[field] === null ? '' : String(mapping[field])}
                  options={[
                    { value: '', text: t('rows.no_column') },
                    ...file.heads.map((head, index) => ({ value: String(index), text: head === '' ? t('rows.column', { number: index + 1 }) : head })),
                  ]}
                  onChange={(value) => change(field, value)}
                />
                {mapping[field] !== null && <span class="muted block">{t('rows.sample', { value: sampleOf(file, mapping[field]!) })}</span>}
              </div>
            ))}
          </div>
        </>
      )}
      {tried !== null && file !== null && <progress aria-label={t('rows.progress')} max={file.rows.length} value={tried} />}
      {trial !== null && <Trial trial={trial} />}
      <div class="actions">
        {file !== null && trial === null && (
          <button type="button" class="button button-primary button-fit" aria-busy={busy} onClick={() => void tryOut()}>
            {tried === null ? t('rows.try') : t('rows.trying', { done: tried, count: file.rows.length })}
          </button>
        )}
        {trial !== null && trial.created + trial.updated > 0 && (
          <button type="button" class="button button-primary button-fit" onClick={start}>
            {t('rows.start', { count: trial.created + trial.updated })}
          </button>
        )}
        <CancelButton onClose={onClose} />
      </div>
    </Dialog>
  );
}

function sampleOf({ rows }: OpenFile, column: number): string {
  return [...(rows.find(({ cells }) => (cells[column] ?? '') !== '')?.cells[column] ?? '')].slice(0, 40).join('');
}

function Trial({ trial }: { trial: RowsAnswer }) {
  const translator = useWords();
  const { t } = translator;
  const { created, updated, unchanged, errors } = trial;
  return (
    <section aria-labelledby="trial">
      <h3 id="trial">{t('rows.trial')}</h3>
      <div role="status">
        <ul class="plain-list">
          <li>{t('rows.created', { count: created })}</li>
          {updated > 0 && <li>{t('rows.updated', { count: updated })}</li>}
          {unchanged > 0 && <li>{t('rows.unchanged', { count: unchanged })}</li>}
          {errors.length > 0 && <li>{t('rows.wrong', { count: errors.length })}</li>}
        </ul>
      </div>
      {errors.length > 0 && (
        <ul class="work-failures">
          {errors.slice(0, kErrorsShown).map((error, index) => (
            <li key={index}>
              <Icon name="alert" />
              <span>
                <strong>{t('rows.line', { line: error.line })}</strong>: {describeError(error, translator)}
              </span>
            </li>
          ))}
          {errors.length > kErrorsShown && <li>{t('work.more_failed', { count: errors.length - kErrorsShown })}</li>}
        </ul>
      )}
    </section>
  );
}

function describeError({ field, code }: RowsAnswer['errors'][number], { t }: ConsoleTranslator): string {
  const known = rowFields.find((candidate) => candidate === field);
  const reason = reasonOf(code, t);
  return known === undefined ? reason : t('rows.error', { field: t(`rows.field.${known}`), reason });
}

function reasonOf(code: string, t: ConsoleTranslator['t']): string {
  switch (code) {
    case 'required':
    case 'too_short':
      return t('problem.field.required');
    case 'invalid_email':
    case 'too_long':
      return t(`field.${code}`);
    case 'invalid_phone':
      return t('problem.field.invalid_phone');
    case 'name_and_person':
    case 'ambiguous':
    case 'wrong_kind':
    case 'withdrawn':
      return t(`rows.reason.${code}`);
    case 'imported':
      return t('problem.imported');
    default:
      return t('field.invalid');
  }
}
