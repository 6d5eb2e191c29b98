import type { Outcome } from '../../common/api/client.ts';
import type { ClientRow, RowsAnswer } from '../api/clients.ts';

// A file is tried out and taken over in parts: each request stays short, and one sees how far it is.
export const kRowsAtOnce = 100;

const keyOf = (row: ClientRow): string =>
  String(row['external_id'] ?? row['name'] ?? `${String(row['first_name'] ?? '')} ${String(row['surname'] ?? '')}`)
    .trim()
    .toLowerCase();

// Rows of one client stand together, in their order: a trial takes nothing over, so it knows of no row in another part.
export function partsOf(rows: readonly ClientRow[]): ClientRow[][] {
  const groups = new Map<string, ClientRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  const parts: ClientRow[][] = [];
  let part: ClientRow[] = [];
  for (const group of groups.values()) {
    if (part.length > 0 && part.length + group.length > kRowsAtOnce) {
      parts.push(part);
      part = [];
    }
    part = [...part, ...group];
  }
  return part.length === 0 ? parts : [...parts, part];
}

const none: RowsAnswer = { created: 0, updated: 0, unchanged: 0, errors: [] };

export async function tryRows(
  rows: readonly ClientRow[],
  send: (rows: readonly ClientRow[]) => Promise<Outcome<RowsAnswer>>,
  progress: (done: number) => void,
): Promise<Outcome<RowsAnswer>> {
  let sum = none;
  let tried = 0;
  for (const part of partsOf(rows)) {
    const answer = await send(part);
    if (!answer.ok) return answer;
    const { created, updated, unchanged, errors } = answer.value;
    sum = {
      created: sum.created + created,
      updated: sum.updated + updated,
      unchanged: sum.unchanged + unchanged,
      errors: [...sum.errors, ...errors],
    };
    tried += part.length;
    progress(tried);
  }
  return { ok: true, value: { ...sum, errors: [...sum.errors].sort((one, other) => one.line - other.line) } };
}
