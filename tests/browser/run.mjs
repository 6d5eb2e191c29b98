// The journeys of members in Debian's Chromium against a running portal, then Lighthouse on two pages of it.
//   node tests/browser/run.mjs [words of journeys' names]
// PORTAL_DEMO_JSON=path of a demo.json uses that portal, without the journeys that need more than the demo has; otherwise one is
// started and ended here. The demo's activation links work once, so such a portal serves for one run.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { measurements } from './lighthouse.mjs';
import { browserOptions, chromium, root } from './library.mjs';
import { openSite } from './site.mjs';
import { Visitor } from './visitor.mjs';

const folder = `${root}build/browser`;
const wanted = process.argv.slice(2);
const isGivenPortal = process.env.PORTAL_DEMO_JSON !== undefined;
const journeyTimeoutMilliseconds = 150_000;
// An error that no journey waited for is a failure of the run, and not its end.
const strays = [];
process.on('unhandledRejection', (error) => strays.push(`outside of the journeys: ${error?.stack ?? error}`));

// One list for each file: journeys of one file share people and run one after the other; those that say `alone` come last.
async function loadJourneys() {
  const files = readdirSync(new URL('journeys/', import.meta.url)).filter((name) => name.endsWith('.mjs')).sort();
  const modules = await Promise.all(files.map((file) => import(new URL(`journeys/${file}`, import.meta.url))));
  return modules.map(({ journeys }) => journeys.filter(isWanted));
}

function isWanted({ name, needsOwnPortal = false }) {
  return wanted.every((word) => name.includes(word)) && !(isGivenPortal && needsOwnPortal);
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

// Counts what `run` comes to.
async function attempt(result, name, run) {
  const started = Date.now();
  try {
    await run();
    result.passed += 1;
    console.log(`ok      ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    result.failed.push(name);
    console.log(`FAILED  ${name}\n  ${error.stack}\n  alone: node tests/browser/run.mjs '${name}'`);
  }
}

async function takeAll(all, browser, site) {
  const result = { passed: 0, failed: [] };
  const isAlone = (list) => list.some(({ alone = false }) => alone);
  const lists = all.filter((list) => !isAlone(list));
  const lane = async () => {
    for (let list = lists.shift(); list !== undefined; list = lists.shift()) {
      for (const journey of list) await attempt(result, journey.name, () => take(journey, browser, site));
    }
  };
  await Promise.all([lane(), lane()]);
  // Alone, because they stop servers, or measure time.
  for (const journey of all.filter(isAlone).flat()) await attempt(result, journey.name, () => take(journey, browser, site));
  for (const { name, run } of measurements.filter(isWanted)) await attempt(result, name, () => run({ site, browser, folder }));
  return result;
}

async function main() {
  // Pictures of a whole run stay when some journeys are taken again.
  if (wanted.length === 0) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const lists = await loadJourneys();
  const site = await openSite();
  let browser;
  let result = { passed: 0, failed: [] };
  try {
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: browserOptions });
    result = await takeAll(lists, browser, site);
  } finally {
    await browser?.close();
    // Ending is a test too: the portal's log is looked through for alarms.
    await site.close().catch((error) => result.failed.push(`the end of the portal: ${error.message}`));
  }
  result.failed.push(...strays);
  for (const name of result.failed) console.log(`FAILED  ${name}`);
  console.log('Pictures of every page: build/browser/');
  console.log(`${result.passed} passed, ${result.failed.length} failed`);
  return result.failed.length === 0 && result.passed > 0 ? 0 : 1;
}

process.exitCode = await main();
