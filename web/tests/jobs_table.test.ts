import { describe, expect, test } from 'vitest';
import type { JobSummary } from '../src/common/api/client.ts';
import { makeMemberTranslator } from '../src/member/i18n/words.ts';
import { tableOfJobs } from '../src/member/jobs/table.ts';

const english = makeMemberTranslator('en', ['en-GB']);
const spanish = makeMemberTranslator('es', ['es-ES']);
const job: JobSummary = {
  id: '7',
  number: '1042',
  reference: 'PO "7"',
  state: 'planned',
  status: 'not_scheduled',
  assignment: 'assigned',
  scheduled_at: '2026-03-29T00:30:00Z',
  scheduled_until: '2026-03-29T23:30:00Z',
  address: '12 Mill Lane,\nLeeds; UK',
  site: { id: '1', name: 'Head office' },
  template: { id: '1', name: 'Boiler service' },
  assignee: { name: 'Dana R.' },
};
const rows = (text: string) => text.slice(1).split('\r\n');

test('a table has a line of titles and one for each job, in the zone of the business', () => {
  const text = tableOfJobs([job], 'Europe/London', english);
  expect(text.codePointAt(0)).toBe(0xfeff);
  expect(rows(text)).toEqual([
    '"Number","Status","Job","Start (Europe/London)","End (Europe/London)","Site","Address","Who comes","Your reference"',
    '"1042","Not scheduled yet","Boiler service","2026-03-29 00:30","2026-03-30 00:30","Head office","12 Mill Lane,\nLeeds; UK","Dana R.","PO ""7"""',
    '',
  ]);
});

test('in Spanish it is read by spreadsheets of countries with a decimal comma', () => {
  const [titles, row] = rows(tableOfJobs([job], 'Europe/Madrid', spanish));
  expect(titles).toBe('"Número";"Estado";"Trabajo";"Inicio (Europe/Madrid)";"Fin (Europe/Madrid)";"Ubicación";"Dirección";"Quién viene";"Su referencia"');
  expect(row).toContain('"2026-03-29 01:30";"2026-03-30 01:30"');
});

test('what is not there is an empty cell', () => {
  const bare: JobSummary = { ...job, reference: null, scheduled_at: null, scheduled_until: null, address: null, site: null, assignee: null };
  expect(rows(tableOfJobs([bare], 'Europe/London', english))[1]).toBe('"1042","Not scheduled yet","Boiler service","","","","","",""');
});

describe('no text of somebody else becomes a formula', () => {
  test.each(['=HYPERLINK("x")', '+44 20 7946 0101', '-1', '@SUM(A1)', '\tx', '\rx', '\nx'])('%j', (reference) => {
    const text = tableOfJobs([{ ...job, reference }], 'Europe/London', english);
    expect(text).toContain(`,"'${reference.replaceAll('"', '""')}"\r\n`);
  });
  // A spreadsheet whose separator is another one begins a cell at that, whatever the quotes say, and some take full-width signs for the others.
  test.each([
    ['x;=HYPERLINK("y")', `x;'=HYPERLINK(""y"")`],
    ['x, =1+1', `x,' =1+1`],
    ['x\t@SUM(A1)', `x\t'@SUM(A1)`],
    ['12 Mill Lane\n+1', `12 Mill Lane\n'+1`],
    ['x;"=1', `x;'""=1`],
    ['＝1+1', `'＝1+1`],
    [' =1', `' =1`],
    ['\tx;=1', `'\tx;'=1`],
  ])('%j, wherever it begins', (reference, shown) => {
    expect(tableOfJobs([{ ...job, reference }], 'Europe/London', english)).toContain(`,"${shown}"\r\n`);
  });
  test.each(['12 Mill Lane, Leeds', 'a = b; c', 'A-1; B-2', '50 %, net'])('%j stays as it is', (reference) => {
    expect(tableOfJobs([{ ...job, reference }], 'Europe/London', english)).toContain(`,"${reference}"\r\n`);
  });
  test('midnight is 00, not 24', () => {
    expect(tableOfJobs([{ ...job, scheduled_at: '2026-01-01T00:00:00Z' }], 'Europe/London', english)).toContain('"2026-01-01 00:00"');
  });
});
