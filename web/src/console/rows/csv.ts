// Comma-separated values as spreadsheets write them (RFC 4180, and what else there is): any of three separators, quotes, either line end, and
// the encodings in which they are saved.

export interface CsvRow {
  // Where the row begins in the file, from 1.
  readonly line: number;
  readonly cells: readonly string[];
}

const kSeparators = [',', ';', '\t'] as const;

// UTF-8 with or without a mark at its beginning, UTF-16 with one, and otherwise what older spreadsheets write.
export function decodeText(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

// The one that the first line has most of, outside of quotes.
export function findSeparator(text: string): string {
  const counts = new Map<string, number>(kSeparators.map((separator) => [separator, 0]));
  let quoted = false;
  for (const sign of text) {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === '\n' || sign === '\r')) break;
    else if (!quoted && counts.has(sign)) counts.set(sign, counts.get(sign)! + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

// Rows without anything in them are left out.
export function parseCsv(text: string, separator = findSeparator(text)): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begin = 1;
  const endCell = () => {
    cells.push(cell.trim());
    cell = '';
  };
  const endRow = () => {
    endCell();
    if (cells.some((value) => value !== '')) rows.push({ line: begin, cells });
    cells = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    const ends = sign === '\n' || sign === '\r';
    if (ends && sign === '\r' && text[at + 1] === '\n') at += 1;
    if (ends) line += 1;
    if (quoted) {
      if (sign !== '"') cell += ends ? '\n' : sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (ends) {
      endRow();
      begin = line;
    } else if (sign === '"' && cell.trim() === '') {
      cell = '';
      quoted = true;
    } else if (sign === separator) endCell();
    else cell += sign;
  }
  if (cell !== '' || cells.length > 0) endRow();
  return rows;
}
