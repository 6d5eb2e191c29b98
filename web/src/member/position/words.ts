import type { MemberKey } from '../i18n/catalogues.ts';
import type { MemberTranslator } from '../i18n/words.ts';

// A position is never so exact that more digits would be true.
const kNearMetres = 50;

// "3.2 km", "350 m": how far off somebody is, as the crow flies.
export function formatDistance(metres: number, { t }: MemberTranslator): string {
  const nearest = Math.round(metres / 10) * 10;
  if (nearest < 1000) return t('position.metres', { count: nearest });
  const kilometres = metres / 1000;
  return t('position.kilometres', { count: kilometres < 10 ? Math.round(kilometres * 10) / 10 : Math.round(kilometres) });
}

export function formatAway(metres: number, translator: MemberTranslator): string {
  if (metres < kNearMetres) return translator.t('position.near', { distance: formatDistance(kNearMetres, translator) });
  return translator.t('position.away', { distance: formatDistance(metres, translator) });
}

// Seconds in steps of five, so that the words do not change with each look at them.
export function formatSeen(seconds: number, { t }: MemberTranslator): string {
  if (seconds < 5) return t('position.seen_now');
  if (seconds < 60) return t('position.seen', { age: t('wait.seconds', { count: Math.floor(seconds / 5) * 5 }) });
  if (seconds < 3600) return t('position.seen', { age: t('wait.minutes', { count: Math.floor(seconds / 60) }) });
  return t('position.seen', { age: t('wait.hours', { count: Math.floor(seconds / 3600) }) });
}

const kDirections = ['north', 'north_east', 'east', 'south_east', 'south', 'south_west', 'west', 'north_west'] as const;
type Direction = (typeof kDirections)[number];

// Where a point lies that is so far to the east and to the south, in the picture's measure.
export function directionOf(east: number, south: number): Direction {
  const turn = Math.atan2(east, -south) / (Math.PI / 4);
  return kDirections[(Math.round(turn) + kDirections.length) % kDirections.length]!;
}

export const directionKey = (direction: Direction): MemberKey => `position.${direction}`;
