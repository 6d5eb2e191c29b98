import { describe, expect, test } from 'vitest';
import { makeTranslator } from '../src/common/i18n/language.tsx';
import { browserName, isHandheld } from '../src/common/account/browser_name.ts';

const english = makeTranslator('en', []);
const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('a device by its user agent', () => {
  test.each([
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/130.0.0.0 Safari/537.36`, 'Chrome on Windows', false],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0`, 'Edge on Windows', false],
    [`Mozilla/5.0 (Linux; Android 14; SM-S911B) ${webKit} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36`, 'Samsung Internet on Android', true],
    [`Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/130.0.0.0 Mobile Safari/537.36 OPR/86.0.0.0`, 'Opera on Android', true],
    ['Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0', 'Firefox on Android', true],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari on iPhone', true],
    ['Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0.0.0 Mobile/15E148 Safari/604.1', 'Chrome on iPad', true],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15', 'Safari on Mac', false],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0', 'Firefox on Linux', false],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webKit} Chrome/130.0.0.0 Safari/537.36`, 'Chrome on ChromeOS', false],
    ['Mozilla/5.0 (Windows NT 10.0)', 'Windows', false],
    ['curl/8.0', 'Unknown browser', false],
    ['', 'Unknown browser', false],
    [null, 'Unknown browser', false],
  ])('%s', (userAgent, name, handheld) => {
    expect(browserName(userAgent, english)).toBe(name);
    expect(isHandheld(userAgent)).toBe(handheld);
  });
});
