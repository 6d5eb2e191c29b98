// The business chooses one accent colour; what stands on it and what is written in it must be readable (WCAG: at least 4.5).

export type Rgb = readonly [number, number, number];

export function parseColour(text: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (match === null) return null;
  return [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)];
}

export function formatColour(colour: Rgb): string {
  return `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const kWhite: Rgb = [255, 255, 255];
const kBlack: Rgb = [0, 0, 0];

// One of white and black has a contrast of at least 4.58 with any colour.
export function textOn(background: Rgb): Rgb {
  return contrast(kWhite, background) >= 4.5 ? kWhite : kBlack;
}

// The colour itself where it can be read on all the backgrounds, else the nearest step towards black or white that can.
export function readableOn(colour: Rgb, backgrounds: readonly Rgb[], wanted = 4.5): Rgb {
  const target = backgrounds.every((background) => textOn(background) === kWhite) ? kWhite : kBlack;
  const steps = 50;
  for (let step = 0; step < steps; step += 1) {
    const candidate = mix(colour, target, step / steps);
    if (backgrounds.every((background) => contrast(candidate, background) >= wanted)) return candidate;
  }
  return target;
}

// Rounded at once, so that the contrast is that of the colour which is shown.
function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((channel, index) => Math.round(channel + (to[index]! - channel) * share)) as unknown as Rgb;
}

// Page, surface and note, as in styles/tokens.css.
const kLightBackgrounds: readonly Rgb[] = [[244, 246, 248], kWhite, [238, 243, 248]];
const kDarkBackgrounds: readonly Rgb[] = [[14, 18, 22], [23, 28, 34], [27, 37, 48]];

// For readers who ask for more contrast (WCAG's level AAA).
const kStrong = 7;

export function accentProperties(accent: string): Record<string, string> {
  const colour = parseColour(accent);
  if (colour === null) return {};
  return {
    '--accent': formatColour(colour),
    '--accent-text': formatColour(textOn(colour)),
    '--accent-on-light': formatColour(readableOn(colour, kLightBackgrounds)),
    '--accent-on-dark': formatColour(readableOn(colour, kDarkBackgrounds)),
    '--accent-strong-on-light': formatColour(readableOn(colour, kLightBackgrounds, kStrong)),
    '--accent-strong-on-dark': formatColour(readableOn(colour, kDarkBackgrounds, kStrong)),
  };
}
