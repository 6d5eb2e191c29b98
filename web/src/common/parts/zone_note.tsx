import { useTranslator } from '../i18n/language.tsx';
import { foreignZoneName } from '../time/dates.ts';
import { useShell } from '../state/shell.tsx';

// Times are the business's. Where the reader's own clock shows something else at one of them, the zone is named.
export function ZoneNote({ instants }: { instants: readonly Date[] }) {
  const translator = useTranslator();
  const zone = foreignZoneName(instants, useShell().timeZone, translator);
  return zone === null ? null : <p class="muted zone">{translator.t('day.zone', { zone })}</p>;
}
