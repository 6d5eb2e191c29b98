import type { JobSummary } from '../../common/api/client.ts';
import { dateFormat } from '../../common/formats.ts';
import { dayOf } from '../../common/time/dates.ts';
import type { MemberKey } from '../i18n/catalogues.ts';
import type { MemberTranslator } from '../i18n/words.ts';

// Jobs as a table that a spreadsheet opens (RFC 4180), in the words of the pages.

type Column = readonly [title: MemberKey, value: (job: JobSummary, timeZone: string, translator: MemberTranslator) => string];

const columns: readonly Column[] = [
  ['table.number', ({ number }) => number],
  ['table.status', ({ status }, _, { t }) => t(`status.${status}`)],
  ['table.job', ({ template }) => template.name],
  ['table.start', ({ scheduled_at }, timeZone) => sortableTime(scheduled_at, timeZone)],
  ['table.end', ({ scheduled_until }, timeZone) => sortableTime(scheduled_until, timeZone)],
  ['table.site', ({ site }) => site?.name ?? ''],
  ['table.address', ({ address }) => address ?? ''],
  ['table.assignee', ({ assignee }) => assignee?.name ?? ''],
  ['table.reference', ({ reference }) => reference ?? ''],
];

// Without it a spreadsheet takes the text for the computer's old code page.
const kByteOrderMark = '\ufeff';

export function tableOfJobs(jobs: readonly JobSummary[], timeZone: string, translator: MemberTranslator): string {
  const titles = columns.map(([title]) => translator.t(title, { zone: timeZone }));
  const rows = jobs.map((job) => columns.map(([, value]) => value(job, timeZone, translator)));
  const separator = translator.t('table.separator');
  return kByteOrderMark + [titles, ...rows].map((row) => `${row.map(cell).join(separator)}\r\n`).join('');
}

// What begins like a formula would be worked out by the spreadsheet of whoever opens the table, and other people wrote these texts. One that is set to another
// separator minds no quotes and begins a cell after each of its own, and some take full-width signs for the plain ones.
const kFormula = /^(?=[\t\r\n])|(^|[,;\t\r\n])(?=["\s]*[=+\-@＝＋－＠])/g;

function cell(text: string): string {
  return `"${text.replace(kFormula, "$1'").replaceAll('"', '""')}"`;
}

// "2026-11-24 14:05": the same in every language, so that a spreadsheet sorts by it.
function sortableTime(time: string | null, timeZone: string): string {
  if (time === null) return '';
  const instant = new Date(time);
  const clock = dateFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(instant);
  return `${dayOf(instant, timeZone)} ${clock}`;
}
