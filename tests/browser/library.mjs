// Everything the journeys need from npm comes out of web/node_modules, so that there is one lock file.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const fromLighthouse = createRequire(require.resolve('lighthouse'));

export const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const { default: lighthouse } = await import(pathToFileURL(require.resolve('lighthouse')));
// The one that Lighthouse itself comes with: it finds a free port and a folder for the browser.
export const { launch: launchForLighthouse } = await import(pathToFileURL(fromLighthouse.resolve('chrome-launcher')));
export const root = fileURLToPath(new URL('../../', import.meta.url));
export const browserOptions = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
