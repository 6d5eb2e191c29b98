// The journeys of members in Debian's Chromium against a running portal.
//   node tests/browser/run.mjs [words of journeys' names]
// PORTAL_DEMO_JSON=path of a demo.json uses that portal; otherwise one is started and ended here.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { chromium, root } from './library.mjs';
import { openSite } from './site.mjs';
import { Visitor } from './visitor.mjs';

const folder = `${root}build/browser`;
const wanted = process.argv.slice(2);
const journeyTimeoutMilliseconds = 60_000;

async function loadJourneys() {
  const files = readdirSync(new URL('journeys/', import.meta.url)).filter((name) => name.endsWith('.mjs')).sort();
  const modules = await Promise.all(files.map((file) => import(new URL(`journeys/${file}`, import.meta.url))));
  const journeys = modules.flatMap(({ journeys: list }) => list);
  return journeys.filter(({ name }) => wanted.every((word) => name.includes(word)));
}

async function take(journey, browser, site) {
  const account = site.accounts[journey.account ?? 'brightwater'];
  const slug = journey.name.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  const visitor = await Visitor.arrive(browser, account, { ...journey.visitor, folder });
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${journeyTimeoutMilliseconds} ms`)), journeyTimeoutMilliseconds);
  });
  try {
    await Promise.race([journey.run(visitor, site), limit]);
    await visitor.leave();
  } catch (error) {
    await visitor.page.screenshot({ path: `${folder}/FAILED-${slug}.png`, fullPage: true }).catch(() => undefined);
    await visitor.context.close().catch(() => undefined);
    if (visitor.complaints.length > 0) error.message += `\n  besides: ${visitor.complaints.join('\n  ')}`;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function main() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const journeys = await loadJourneys();
  const site = await openSite();
  let browser;
  let passed = 0;
  const failed = [];
  try {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    for (const journey of journeys) {
      const started = Date.now();
      try {
        await take(journey, browser, site);
        passed += 1;
        console.log(`ok      ${journey.name} (${Date.now() - started} ms)`);
      } catch (error) {
        failed.push(journey.name);
        console.log(`FAILED  ${journey.name}\n  ${error.stack}\n  alone: node tests/browser/run.mjs '${journey.name}'`);
      }
    }
  } finally {
    await browser?.close();
    // Ending is a test too: the portal's log is looked through for alarms.
    await site.close().catch((error) => failed.push(`the end of the portal: ${error.message}`));
  }
  for (const name of failed) console.log(`FAILED  ${name}`);
  console.log(`Pictures of every page: build/browser/`);
  console.log(`${passed} passed, ${failed.length} failed`);
  return failed.length === 0 && passed > 0 ? 0 : 1;
}

process.exitCode = await main();
