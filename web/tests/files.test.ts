import { describe, expect, test } from 'vitest';
import { describeFile } from '../src/member/files/describe.ts';
import { downloadAddress, isPicture, opensInBrowser, shortType } from '../src/member/files/media_types.ts';
import { swipeSteps } from '../src/member/files/swipe.ts';
import { makeMemberTranslator } from '../src/member/i18n/words.ts';

describe('media types', () => {
  test.each([
    ['application/pdf', 'PDF', true],
    ['image/jpeg', 'JPEG', true],
    ['image/webp', 'WEBP', true],
    ['image/heic', 'HEIC', false],
    ['image/svg+xml', null, false],
    ['text/plain', 'TXT', true],
    ['text/csv', 'CSV', false],
    ['text/html', 'HTML', false],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'DOCX', false],
    ['application/vnd.oasis.opendocument.spreadsheet', 'ODS', false],
    ['application/octet-stream', null, false],
    ['toString', null, false],
  ])('%s is called %s; opens: %s', (type, name, opens) => {
    expect(shortType(type)).toBe(name);
    expect(opensInBrowser(type)).toBe(opens);
  });

  test('only what every browser draws is a picture', () => {
    expect(['image/jpeg', 'image/png', 'image/heic', 'image/svg+xml', 'application/pdf'].filter(isPicture)).toEqual(['image/jpeg', 'image/png']);
  });

  test('the address for saving', () => {
    expect(downloadAddress('/api/v1/documents/7/content')).toBe('/api/v1/documents/7/content?download=1');
  });
});

test('a file says what it is and how large before it is opened', () => {
  const english = makeMemberTranslator('en', []);
  expect(describeFile({ type: 'application/pdf', size: 183_204 }, 'document', english)).toBe('Document (PDF), 183 kB');
  expect(describeFile({ type: 'application/octet-stream', size: 5_000_000 }, 'file', english)).toBe('File, 5 MB');
});

describe('swiping', () => {
  test.each([
    [-60, 5, 1],
    [60, -5, -1],
    [-20, 0, 0],
    [-60, 50, 0],
    [0, 200, 0],
  ])('%i across and %i down goes on by %i', (x, y, steps) => {
    expect(swipeSteps(x, y)).toBe(steps);
  });
});
