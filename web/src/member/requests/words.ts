import type { WorkRequestSummary } from '../../common/api/client.ts';
import { dayOf, formatDay } from '../../common/time/dates.ts';
import type { RequestTranslator } from '../i18n/requests.ts';

// "Sent Mon 30 Nov by Anna Moore"; who it was is said of others only.
export function formatSent(request: WorkRequestSummary, now: Date, timeZone: string, translator: RequestTranslator): string {
  const day = formatDay(dayOf(new Date(request.created_at), timeZone), dayOf(now, timeZone), translator);
  const { name } = request.created_by;
  return request.is_own || name === null ? translator.t('request.sent', { day }) : translator.t('request.sent_by', { day, name });
}

export function isOpen(state: WorkRequestSummary['state']): boolean {
  return state === 'submitted' || state === 'acknowledged' || state === 'scheduled';
}
