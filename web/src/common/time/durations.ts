import type { Translator } from '../i18n/language.tsx';

export function formatDuration(totalMinutes: number, { t }: Translator): string {
  const hours = Math.floor(totalMinutes / 60);
  const minutes = totalMinutes % 60;
  if (hours === 0) return t('duration.minutes', { minutes });
  return minutes === 0 ? t('duration.hours', { hours }) : t('duration.hours_minutes', { hours, minutes });
}

// How long to wait, as people say it; never "0 seconds".
export function formatWait(seconds: number, { t }: Translator): string {
  if (seconds < 60) return t('wait.seconds', { count: Math.max(1, Math.ceil(seconds)) });
  if (seconds > 5400) return t('wait.hours', { count: Math.ceil(seconds / 3600) });
  return t('wait.minutes', { count: Math.ceil(seconds / 60) });
}
