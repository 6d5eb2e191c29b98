// Every page, walked by links as its readers do: at four widths, in both languages, in light and in dark. Each change of page moves the
// focus to its heading and changes the title; nothing is wider than the screen or too small to hit; axe finds nothing.
import assert from 'node:assert/strict';

const widths = [320, 390, 1280, 1600];
const pictured = [390, 1280];
const business = 'Brightwater';

// A link that a page could have: the pages' own history follows it. What comes in the fragment comes from a message.
async function follow(page, address) {
  const [path, token] = address.split('#');
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href });
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  if (token === undefined) return;
  await page.waitForURL((url) => url.pathname === path);
  await page.evaluate((hash) => (location.hash = hash), token);
  await page.waitForURL((url) => url.pathname === path && url.hash === '');
}

async function look(visitor, label, address) {
  const { page, options } = visitor;
  const before = await page.title();
  await follow(page, address);
  await page.waitForFunction(() => document.activeElement.tagName === 'H1');
  await visitor.settle();
  // The title and the focus follow the heading, each in its own moment.
  await page
    .waitForFunction(() => document.title.toLowerCase().includes(document.activeElement.innerText.trim().toLowerCase() || '-'), undefined, { timeout: 2000 })
    .catch(() => undefined);
  const { title, heading } = await page.evaluate(() => ({ title: document.title, heading: document.activeElement.innerText.trim() }));
  assert.ok(title.endsWith(options.ending ?? ` – ${business}`), `the title of ${label} names the business: ${title}`);
  assert.ok(heading !== '' && title.toLowerCase().includes(heading.toLowerCase()), `the title of ${label} says what its heading says: ${title}`);
  // What a list came to is read out, because the focus is elsewhere.
  if (/^(jobs|documents|quotes|invoices|requests)/.test(label)) await page.waitForFunction(() => document.getElementById('announcer').textContent !== '');
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
    await visitor.checkShape(`${label} at ${width}`);
    if (pictured.includes(width)) await page.screenshot({ path: `${options.folder}/walk-${options.language}-${label}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: options.axeWidth, height: 844 });
  await visitor.checkAccess(label);
  return { before, title };
}

// Where the focus goes and what the title says on the way between two pages.
function assertEachHasItsTitle(walked) {
  for (const { before, title } of walked) assert.notEqual(title, before, 'the title changes with the page');
}

const signedOut = (site) => [
  ['sign-in', '/sign-in'],
  ['password', '/password'],
  ['password-link', '/password#some-link'],
  ['activate', site.links.fresh.looker],
  ['confirm', '/confirm#some-link'],
  ['help-signed-out', '/help'],
];

function signedIn({ jobs, quotes, requests }) {
  return [
    ['documents', '/documents'],
    ['quotes', '/quotes'],
    ['quote', `/quotes/${quotes.open}`],
    ['quotes-closed', '/quotes?state=closed'],
    ['quote-accepted', `/quotes/${quotes.accepted}`],
    ['quote-not-found', '/quotes/999999999'],
    ['invoices', '/invoices'],
    ['invoices-all', '/invoices?state=all'],
    ['jobs-active', '/?state=active'],
    ['account', '/account'],
    ['jobs-finished', '/?state=finished'],
    ['job-finished', `/jobs/${jobs.finished}`],
    ['jobs-cancelled', '/?state=cancelled'],
    ['job-planned', `/jobs/${jobs.planned}`],
    ['jobs-nothing-found', '/?q=no+job+has+these+words'],
    ['job-not-found', '/jobs/999999999'],
    ['jobs-planned', '/'],
    ['requests-open', '/requests'],
    ['new-request', '/requests/new'],
    ['requests-closed', '/requests?state=closed'],
    ['request', `/requests/${requests.open}`],
    ['request-not-found', '/requests/999999999'],
    ['request-declined', `/requests/${requests.declined}`],
    ['help', '/help'],
  ];
}

async function walkPages(visitor, pages) {
  const walked = [];
  for (const [label, address] of pages) walked.push(await look(visitor, label, address));
  assertEachHasItsTitle(walked);
}

async function walk(visitor, site, signInWords) {
  const { page, account } = visitor;
  const { email, password } = account.members.find((member) => member.email.startsWith(`walk.${visitor.options.language}`));
  await visitor.go('/help');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await walkPages(visitor, signedOut(site));

  await follow(page, '/sign-in');
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: signInWords, exact: true }).click();
  await page.locator('.card-link').first().waitFor();
  const known = await page.evaluate(async () => {
    const items = async (path) => (await (await fetch(`/api/v1/${path}`)).json()).items;
    const job = async (state) => (await items(`jobs?state=${state}&limit=3`))[1].id;
    const request = async (state, wanted) => (await items(`work-requests?state=${state}`)).find((one) => one.state === wanted).id;
    return {
      jobs: { finished: await job('finished'), planned: await job('planned') },
      quotes: { open: (await items('quotes?state=open'))[0].id, accepted: (await items('quotes?state=accepted'))[0].id },
      requests: { open: await request('open', 'scheduled'), declined: await request('closed', 'declined') },
    };
  });
  for (const [label, address] of signedIn(known)) await look(visitor, label, address);
}

export const journeys = [
  {
    name: 'every page: in English, in light',
    needsOwnPortal: true,
    visitor: { language: 'en', axeWidth: 320 },
    run: (visitor, site) => walk(visitor, site, 'Sign in'),
  },
];

export { walk, walkPages };
