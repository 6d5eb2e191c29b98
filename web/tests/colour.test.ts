import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { accentProperties, contrast, formatColour, parseColour, textOn, type Rgb } from '../src/common/colour.ts';

const colour = (text: string): Rgb => parseColour(text)!;
const steps = [0, 51, 102, 153, 204, 255];
const palette = steps.flatMap((red) => steps.flatMap((green) => steps.map((blue): Rgb => [red, green, blue])));

describe('contrast', () => {
  test('the ends of the scale and a known pair', () => {
    expect(contrast(colour('#000000'), colour('#ffffff'))).toBeCloseTo(21, 5);
    expect(contrast(colour('#123456'), colour('#123456'))).toBe(1);
    expect(contrast(colour('#767676'), colour('#ffffff'))).toBeCloseTo(4.54, 2);
  });

  test('is the same both ways', () => {
    expect(contrast(colour('#abcdef'), colour('#123456'))).toBe(contrast(colour('#123456'), colour('#abcdef')));
  });
});

describe('the accent', () => {
  test('text on any accent reaches 4.5', () => {
    expect(palette.filter((accent) => contrast(textOn(accent), accent) < 4.5)).toEqual([]);
  });

  test.each([
    ['--accent-on-light', 4.5, ['#f4f6f8', '#ffffff', '#eef3f8']],
    ['--accent-on-dark', 4.5, ['#0e1216', '#171c22', '#1b2530']],
    ['--accent-strong-on-light', 7, ['#f4f6f8', '#ffffff', '#eef3f8']],
    ['--accent-strong-on-dark', 7, ['#0e1216', '#171c22', '#1b2530']],
  ])('%s reaches %f on every ground, whatever the business chose', (form, wanted, grounds) => {
    const wrong = palette.filter((accent) => {
      const ink = colour(accentProperties(formatColour(accent))[form]!);
      return grounds.some((ground) => contrast(ink, colour(ground)) < wanted);
    });
    expect(wrong).toEqual([]);
  });

  test('an accent that can be read stays as it is', () => {
    expect(accentProperties('#0b5e83')['--accent-on-light']).toBe('#0b5e83');
  });

  test('what is no colour changes nothing', () => {
    expect(accentProperties('red; } body {')).toEqual({});
    expect(parseColour('#12345')).toBeNull();
  });
});

// The fixed colours of the style sheet, role against role.
describe('the style sheet', () => {
  const css = readFileSync(new URL('../src/common/styles/tokens.css', import.meta.url), 'utf8');
  const [light, dark] = css.split('@media screen and (prefers-color-scheme: dark)') as [string, string];
  const pairs = ['text', 'muted', 'good', 'warn', 'bad'].flatMap((ink) => ['page', 'surface', 'note-surface'].map((ground) => [ink, ground]));

  test.each([
    ['light', light],
    ['dark', dark],
  ])('%s: every ink can be read on every ground', (_, block) => {
    const value = (name: string) => colour(new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)![1]!);
    expect(pairs.filter(([ink, ground]) => contrast(value(ink!), value(ground!)) < 4.5)).toEqual([]);
    expect(contrast(value('bad'), value('bad-surface'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(value('line-strong'), value('surface'))).toBeGreaterThanOrEqual(3);
    expect(contrast(value('line-strong'), value('page'))).toBeGreaterThanOrEqual(3);
  });

  test('the script computes with the grounds of the style sheet', () => {
    const script = readFileSync(new URL('../src/common/colour.ts', import.meta.url), 'utf8');
    for (const block of [light, dark]) {
      for (const ground of ['page', 'note-surface']) {
        const channels = colour(new RegExp(`--${ground}: (#[0-9a-f]{6});`).exec(block)![1]!);
        expect(script).toContain(`[${channels.join(', ')}]`);
      }
    }
  });
});
