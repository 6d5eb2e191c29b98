// A person with a browser: a fresh Chromium context, watched for everything that must never happen on a page.
import assert from 'node:assert/strict';
import { axeSource } from './library.mjs';

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 900 };
export const narrowest = { width: 320, height: 640 };

export class Visitor {
  constructor(context, account, options) {
    this.context = context;
    this.account = account;
    this.options = options;
    this.complaints = [];
    this.expectedStatuses = [];
    this.expectedFailures = [];
    this.texts = [];
  }

  static async arrive(browser, account, options) {
    const { viewport = phone, locale = 'en-GB', timezone = 'Europe/London', colorScheme = 'light', hasTouch = false } = options;
    const context = await browser.newContext({ viewport, locale, timezoneId: timezone, colorScheme, hasTouch, reducedMotion: 'reduce' });
    // The machine that runs the whole suite is slow; nothing waits longer than it must.
    context.setDefaultTimeout(20_000);
    const visitor = new Visitor(context, account, options);
    visitor.page = await visitor.open();
    return visitor;
  }

  // Another tab of the same browser.
  async open() {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`error in the page: ${error}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !this.isExpected(message.text())) this.complaints.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== this.account.url) this.complaints.push(`request to another origin: ${url.origin}`);
    });
    page.on('response', (response) => this.look(response));
    return page;
  }

  // A fault of the server is never part of a journey, and what a member may not see is in no answer at all but those that only staff get.
  look(response) {
    if (response.status() >= 500 && !this.expectedStatuses.includes(response.status())) this.complaints.push(`${response.status()} for ${response.url()}`);
    // A stream goes on for as long as the page does.
    if (new URL(response.url()).pathname === '/api/v1/stream') return;
    this.texts.push(
      response
        .text()
        .then((text) => {
          if (text.includes('CANARY-') && !new URL(response.url()).pathname.startsWith('/api/v1/staff/')) this.complaints.push(`hidden value in the answer to ${response.url()}`);
        })
        .catch(() => undefined),
    );
  }

  async go(path, page = this.page) {
    await page.goto(this.account.url + path);
  }

  get path() {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  async signIn(email, page = this.page) {
    const member = this.account.members.find((candidate) => candidate.email === email);
    assert.ok(member, `the demo has no member ${email}`);
    await this.go('/sign-in', page);
    await page.getByLabel('Email', { exact: true }).fill(email);
    await page.getByLabel('Password', { exact: true }).fill(member.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
    await this.settle(page);
  }

  async signInAsStaff(email, page = this.page) {
    const person = this.account.staff.find((candidate) => candidate.email === email);
    assert.ok(person, `there is nobody ${email} among the staff`);
    await this.go('/console/sign-in', page);
    await page.locator('#email').fill(email);
    await page.locator('#password').fill(person.password);
    await page.locator('main button[type="submit"]').click();
    await page.locator('nav.side').waitFor();
    await this.settle(page);
  }

  // Until nothing is loading any more.
  async settle(page = this.page) {
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  }

  // The next answer to this question comes when it is released, as it was when the question was asked: `asked` is when the server has
  // answered, and releasing it takes until the page has it or does not want it any more.
  async hold(method, pattern) {
    const { page } = this;
    const [asked, released, over] = [signal(), signal(), signal()];
    let request = null;
    for (const event of ['requestfinished', 'requestfailed']) page.on(event, (candidate) => candidate === request && over.give());
    await page.route(pattern, async (route) => {
      if (request !== null || route.request().method() !== method) return route.fallback();
      request = route.request();
      // Names below localhost are the browser's to know.
      const { host, port } = new URL(request.url());
      const url = request.url().replace(host, `127.0.0.1:${port}`);
      const response = await route.fetch({ url, headers: { ...(await request.allHeaders()), host } });
      asked.give();
      await released.come;
      return route.fulfill({ response });
    });
    const release = async () => {
      released.give();
      await over.come;
    };
    return { asked: asked.come, release };
  }

  // The checks that every page has to pass in every state: axe, reflow, one h1, a title, no hidden value; and a picture is kept.
  async check(name, page = this.page, exceptRules = []) {
    await this.settle(page);
    await page.screenshot({ path: `${this.options.folder}/${name}.png`, fullPage: true });
    await this.checkAccess(name, page, exceptRules);
    await this.checkShape(name, page);
  }

  async checkAccess(name, page = this.page, exceptRules = []) {
    const violations = await findViolations(page, exceptRules);
    assert.deepEqual(violations, [], `axe on ${name}`);
  }

  async checkShape(name, page = this.page) {
    const facts = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      headings: document.querySelectorAll('h1').length,
      title: document.title,
      language: document.documentElement.lang,
      direction: document.documentElement.dir,
      announcers: document.querySelectorAll('[aria-live="polite"]#announcer').length,
      isPage: document.getElementById('app') !== null,
      // Staff see what members do not.
      canary: !location.pathname.startsWith('/console') && document.documentElement.outerHTML.includes('CANARY-'),
    }));
    assert.ok(facts.overflow <= 0, `${name} is ${facts.overflow} px wider than the screen`);
    assert.equal(facts.headings, 1, `${name} has one h1`);
    assert.ok(facts.title.length > 5 && ['en', 'es'].includes(facts.language) && (!facts.isPage || facts.direction === 'ltr'), `${name}: title and language`);
    assert.equal(facts.announcers, facts.isPage ? 1 : 0, `${name} has the region from which results are read out`);
    assert.equal(facts.canary, false, `${name} shows a hidden value`);
    assert.deepEqual(await findSmallTargets(page), [], `targets below 44 px on ${name}`);
  }

  // Chromium writes every answer from 400 on to the console; the journeys bring some about on purpose.
  isExpected(text) {
    const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(text)?.[1];
    if (status === undefined) return ['net::ERR_INTERNET_DISCONNECTED', ...this.expectedFailures].some((failure) => text.startsWith(`Failed to load resource: ${failure}`));
    return Number(status) < 500 || this.expectedStatuses.includes(Number(status));
  }

  async leave() {
    await Promise.race([Promise.all(this.texts), new Promise((resolve) => setTimeout(resolve, 2000))]);
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }
}

function signal() {
  let give;
  const come = new Promise((resolve) => {
    give = resolve;
  });
  return { come, give };
}

async function findViolations(page, exceptRules) {
  // Through the debugger, because the content security policy lets no foreign script in.
  await page.evaluate(axeSource);
  return page.evaluate(async (except) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, rules: Object.fromEntries(except.map((id) => [id, { enabled: false }])) });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`);
  }, exceptRules);
}

// Links inside a sentence are exempt (WCAG 2.5.8); everything else has to be easy to hit.
async function findSmallTargets(page) {
  return page.evaluate(() => {
    const targets = [...document.querySelectorAll('a[href], button, input, select, [role="option"]')];
    return targets
      .filter((target) => target.checkVisibility() && !target.closest('.skip-link, .plain-text'))
      // Who presses the words beside a box ticks it, too.
      .map((target) => ({ target, box: (target.matches('[type="checkbox"], [type="radio"]') ? target.closest('label') : target).getBoundingClientRect() }))
      .filter(({ box }) => box.width < 43.5 || box.height < 43.5)
      .map(({ target, box }) => `${target.outerHTML.slice(0, 80)} ${Math.round(box.width)}x${Math.round(box.height)}`);
  });
}
