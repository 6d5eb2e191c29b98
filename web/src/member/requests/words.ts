import type { WorkRequestSummary } from '../../common/api/client.ts';
import { dayOf, formatClock, formatDay, formatRelativeDay } from '../../common/time/dates.ts';
import type { RequestTranslator } from '../i18n/requests.ts';

// "Tomorrow, Tue 24 Nov, 9:30"; null: no day was asked for.
export function formatWish(request: WorkRequestSummary, now: Date, timeZone: string, translator: RequestTranslator): string | null {
  const { preferred_date: day, preferred_time: time } = request;
  if (day === null) return null;
  const date = formatRelativeDay(day, dayOf(now, timeZone), translator);
  return time === null ? date : translator.t('day.date_time', { date, time: formatClock(time, translator) });
}

// "Sent Mon 30 Nov by Anna Moore"; who it was is said of others only.
export function formatSent(request: WorkRequestSummary, now: Date, timeZone: string, translator: RequestTranslator): string {
  const day = formatDay(dayOf(new Date(request.created_at), timeZone), dayOf(now, timeZone), translator);
  const { name } = request.created_by;
  return request.is_own || name === null ? translator.t('request.sent', { day }) : translator.t('request.sent_by', { day, name });
}

export function isOpen(state: WorkRequestSummary['state']): boolean {
  return state === 'submitted' || state === 'acknowledged' || state === 'scheduled';
}
