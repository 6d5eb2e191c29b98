import { expect, test } from 'vitest';
import { pointAddress } from '../src/common/links.ts';
import { makeMemberTranslator } from '../src/member/i18n/words.ts';
import { drawSketch, kHeight, kWidth, roundedScale } from '../src/member/position/sketch.ts';
import { directionOf, formatAway, formatDistance, formatSeen } from '../src/member/position/words.ts';

const english = makeMemberTranslator('en', ['en-GB']);
const spanish = makeMemberTranslator('es', ['es-ES']);

test.each([
  [0, 'less than 50 m away', 'a menos de 50 m'],
  [49, 'less than 50 m away', 'a menos de 50 m'],
  [50, 'about 50 m away', 'a unos 50 m'],
  [344, 'about 340 m away', 'a unos 340 m'],
  [994, 'about 990 m away', 'a unos 990 m'],
  [996, 'about 1 km away', 'a unos 1 km'],
  [3_240, 'about 3.2 km away', 'a unos 3,2 km'],
  [9_960, 'about 10 km away', 'a unos 10 km'],
  [12_600, 'about 13 km away', 'a unos 13 km'],
  [1_234_567, 'about 1,235 km away', 'a unos 1235 km'],
])('%i metres', (metres, inEnglish, inSpanish) => {
  expect(formatAway(metres, english)).toBe(inEnglish);
  expect(formatAway(metres, spanish)).toBe(inSpanish);
});

test.each([
  [0, 'seen just now', 'última posición: ahora mismo'],
  [4, 'seen just now', 'última posición: ahora mismo'],
  [5, 'seen 5 seconds ago', 'última posición: hace 5 segundos'],
  [24, 'seen 20 seconds ago', 'última posición: hace 20 segundos'],
  [59, 'seen 55 seconds ago', 'última posición: hace 55 segundos'],
  [60, 'seen 1 minute ago', 'última posición: hace 1 minuto'],
  [599, 'seen 9 minutes ago', 'última posición: hace 9 minutos'],
  [3600, 'seen 1 hour ago', 'última posición: hace 1 hora'],
  [90_000, 'seen 25 hours ago', 'última posición: hace 25 horas'],
])('%i seconds', (seconds, inEnglish, inSpanish) => {
  expect(formatSeen(seconds, english)).toBe(inEnglish);
  expect(formatSeen(seconds, spanish)).toBe(inSpanish);
});

test.each([
  [0, -1, 'north'],
  [1, -1, 'north_east'],
  [1, 0, 'east'],
  [1, 1, 'south_east'],
  [0, 1, 'south'],
  [-1, 1, 'south_west'],
  [-1, 0, 'west'],
  [-1, -1, 'north_west'],
  [-1, 0.3, 'west'],
  [-0.3, 1, 'south'],
])('%d to the east and %d to the south', (east, south, direction) => {
  expect(directionOf(east, south)).toBe(direction);
});

test.each([
  [1, 1],
  [1.9, 1],
  [2, 2],
  [47, 20],
  [50, 50],
  [999, 500],
  [1000, 1000],
])('a scale of at most %d metres', (metres, scale) => {
  expect(roundedScale(metres)).toBe(scale);
});

const leeds = { latitude: 53.838, longitude: -1.532 };

test.each([
  ['far', { latitude: 53.817, longitude: -1.5 }],
  ['in the same place', leeds],
  ['on the other side of the earth', { latitude: -53.838, longitude: 178.468 }],
  ['north', { latitude: 54.9, longitude: -1.532 }],
  ['at the pole', { latitude: 90, longitude: 0 }],
])('a sketch of somebody %s fits', (_, worker) => {
  const sketch = drawSketch(leeds, worker, 12);
  for (const { x, y } of [sketch.job, sketch.worker]) {
    expect(x).toBeGreaterThanOrEqual(20);
    expect(x).toBeLessThanOrEqual(kWidth - 20);
    expect(y).toBeGreaterThanOrEqual(20);
    expect(y).toBeLessThanOrEqual(kHeight - 20);
  }
  expect(sketch.scale.length).toBeLessThanOrEqual(100);
  expect(sketch.scale.length).toBeGreaterThan(30);
});

test('a sketch has north at the top, one measure and the shorter way around', () => {
  const sketch = drawSketch({ latitude: 0, longitude: 179.99 }, { latitude: 0.01, longitude: -179.99 }, null);
  const east = sketch.worker.x - sketch.job.x;
  const north = sketch.job.y - sketch.worker.y;
  expect(east / north).toBeCloseTo(2, 3);
  // 0.01 degrees are 1,112 metres.
  expect((north / sketch.scale.length) * sketch.scale.metres).toBeCloseTo(1112, 0);
  expect(sketch.accuracy).toBe(0);
});

test('a distance is written with the digits of the language', () => {
  expect(formatDistance(5_500, english)).toBe('5.5 km');
  expect(formatDistance(5_500, spanish)).toBe('5,5 km');
});

test('the map opens at the point', () => {
  expect(pointAddress({ latitude: -1.5, longitude: 2 })).toBe('https://www.openstreetmap.org/?mlat=-1.5&mlon=2#map=15/-1.5/2');
});
