import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// Whoever installs does so from the registry that is configured there, whichever that is.
test('the lock file names versions and checksums, but no place to download from', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { version?: string; resolved?: string; integrity?: string }>;
  };
  const packages = Object.entries(lock.packages).filter(([name]) => name !== '');
  expect(packages.length).toBeGreaterThan(50);
  expect(packages.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name)).toEqual([]);
  expect(packages.filter(([, entry]) => entry.integrity === undefined).map(([name]) => name)).toEqual([]);
});
