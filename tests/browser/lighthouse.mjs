// Lighthouse on the two pages that everybody sees first. It measures the way of a phone (slow network and processor, simulated), so
// nothing else may run meanwhile: these come after the journeys, one at a time.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { root, browserOptions, lighthouse, launchForLighthouse } from './library.mjs';
import { Visitor } from './visitor.mjs';

const wanted = 95;
const categories = ['performance', 'accessibility', 'best-practices'];
// A busy machine makes a page slow that is not: the median of up to five counts, but one good measurement is enough. What remains is that
// the same pages had 81 and 98 within an hour on one shared machine, so performance decides by 95 only where somebody asked for --long on
// a quiet one; elsewhere a page has become slow that is below what the worst hour showed.
const mostMeasurements = 5;
const leastOf = { performance: process.env.PORTAL_LONG === '1' ? wanted : 70, accessibility: wanted, 'best-practices': wanted };
// Lighthouse takes a processor to be four times as fast as a phone's. On a slower machine it is not.
const pace = `import sys; sys.path.insert(0, '${root}tests'); from support.pace import slowness; print(slowness())`;
const slowness = () => Number(execFileSync('/usr/bin/python3', ['-c', pace], { encoding: 'utf8' }));
// Its own network of a phone, and its own latencies for what it simulates.
const throttling = () => ({
  rttMs: 150, throughputKbps: 1638.4, requestLatencyMs: 562.5, downloadThroughputKbps: 1474.56, uploadThroughputKbps: 675,
  cpuSlowdownMultiplier: Math.max(4 / slowness(), 1),
});
// Chromium does not always tell when a page began or was drawn: nothing was measured then.
const untold = ['NO_NAVSTART', 'NO_FCP', 'NO_SCREENSHOTS', 'NO_TRACING_STARTED'];
const settings = {
  onlyCategories: categories,
  skipAudits: ['full-page-screenshot', 'screenshot-thumbnails', 'final-screenshot'],
  maxWaitForLoad: 20_000,
  output: 'html',
  logLevel: 'error',
};

async function measureOnce(address, cookies, file) {
  const chrome = await launchForLighthouse({ chromePath: '/usr/bin/chromium', chromeFlags: browserOptions });
  try {
    const extraHeaders = cookies === '' ? {} : { Cookie: cookies };
    const { lhr, report } = await lighthouse(address, { ...settings, throttling: throttling(), port: chrome.port, extraHeaders });
    if (untold.includes(lhr.runtimeError?.code)) return { fault: lhr.runtimeError.message };
    assert.equal(lhr.runtimeError, undefined, lhr.runtimeError?.message);
    assert.equal(lhr.finalDisplayedUrl, address, 'the page that was measured is the one that was meant');
    writeFileSync(file, report);
    return { scores: categories.map((id) => Math.round(lhr.categories[id].score * 100)), lhr };
  } finally {
    chrome.kill();
  }
}

const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

// What kept the page from 100, for whoever has to mend it.
function describeFaults({ categories: all, audits }) {
  const below = Object.values(all).flatMap(({ auditRefs }) => auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.95));
  return below.map(({ id }) => `${id} ${audits[id].displayValue ?? ''}`.trim()).join(', ');
}

async function measure(name, address, cookies, folder) {
  const measured = [];
  for (let attempt = 1; attempt <= mostMeasurements; attempt += 1) {
    const one = await measureOnce(address, cookies, `${folder}/lighthouse-${name}.html`);
    if (one.fault === undefined) measured.push(one);
    else console.log(`        not measured: ${one.fault}`);
    if (one.scores?.every((score) => score >= wanted)) break;
  }
  assert.ok(measured.length > 0, 'nothing could be measured');
  const last = measured.at(-1);
  const good = last.scores.every((score) => score >= wanted);
  const scores = good ? last.scores : categories.map((_, index) => median(measured.map((one) => one.scores[index])));
  const words = categories.map((category, index) => `${category} ${scores[index]}`).join(', ');
  console.log(`        lighthouse on ${name}: ${words} (${measured.length} measured)${good ? '' : `; ${describeFaults(last.lhr)}`}`);
  assert.ok(scores.every((score, index) => score >= leastOf[categories[index]]), `${words}; ${describeFaults(last.lhr)}`);
}

export const measurements = [
  {
    name: 'lighthouse: the sign-in page',
    async run({ site, folder }) {
      await measure('sign-in', `${site.accounts.brightwater.url}/sign-in`, '', folder);
    },
  },
  {
    name: 'lighthouse: the jobs list',
    async run({ site, folder, browser }) {
      const { brightwater } = site.accounts;
      const visitor = await Visitor.arrive(browser, brightwater, { folder });
      await visitor.signIn('alex.morgan@acme.example.com');
      const cookies = (await visitor.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      await visitor.leave();
      await measure('jobs', `${brightwater.url}/`, cookies, folder);
    },
  },
];
