import type { Place } from '../../common/api/client.ts';

// Two places on a small picture with north at the top: both fit, in the same measure in both directions, beside a scale.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Sketch {
  readonly job: Point;
  readonly worker: Point;
  readonly accuracy: number; // radius
  readonly scale: { readonly metres: number; readonly length: number };
}

export const kWidth = 320;
export const kHeight = 160;
const kMargin = 28;
const kLongestScale = 100;
// Places next to each other would else be drawn far apart.
const kSmallestSpan = 200;
const kMetresPerDegree = 111_195;

// The longest of 1, 2, 5, 10, … metres that is drawn no longer than that.
export function roundedScale(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return power * ([5, 2].find((step) => step * power <= metres) ?? 1);
}

export function drawSketch(job: Place, worker: Place, accuracyMetres: number | null): Sketch {
  // The shorter way around, also across the date line.
  const degrees = ((worker.longitude - job.longitude + 540) % 360) - 180;
  const middle = ((worker.latitude + job.latitude) / 2) * (Math.PI / 180);
  const east = degrees * Math.cos(middle) * kMetresPerDegree;
  const south = (job.latitude - worker.latitude) * kMetresPerDegree;
  const perMetre = Math.min(
    (kWidth - 2 * kMargin) / Math.max(Math.abs(east), kSmallestSpan),
    (kHeight - 2 * kMargin) / Math.max(Math.abs(south), kSmallestSpan),
  );
  const x = (east / 2) * perMetre;
  const y = (south / 2) * perMetre;
  const metres = roundedScale(kLongestScale / perMetre);
  return {
    job: { x: kWidth / 2 - x, y: kHeight / 2 - y },
    worker: { x: kWidth / 2 + x, y: kHeight / 2 + y },
    accuracy: (accuracyMetres ?? 0) * perMetre,
    scale: { metres, length: metres * perMetre },
  };
}
