import type { Translator } from '../i18n/language.tsx';

// "Chrome on Windows": as much of a user agent as helps to recognise a device. The first pattern that fits wins, because browsers name
// those that they descend from as well.

const kBrowsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPT)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bVersion\/[0-9.]+ .*Safari\//, 'Safari'],
];
const kSystems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
];

export function browserName(userAgent: string | null, { t }: Translator): string {
  const browser = firstMatch(kBrowsers, userAgent);
  const system = firstMatch(kSystems, userAgent);
  if (browser !== null && system !== null) return t('devices.browser_on', { browser, system });
  return browser ?? system ?? t('devices.unknown_browser');
}

export function isHandheld(userAgent: string | null): boolean {
  return ['iPhone', 'iPad', 'Android'].includes(firstMatch(kSystems, userAgent) ?? '');
}

function firstMatch(patterns: readonly (readonly [RegExp, string])[], text: string | null): string | null {
  return patterns.find(([pattern]) => pattern.test(text ?? ''))?.[1] ?? null;
}
