// Answers that the portal of this run cannot be brought to give; they are put in the place of its own here.
import assert from 'node:assert/strict';

const alex = 'alex.morgan@acme.example.com';

function problem(status, code, headers = {}) {
  const body = { type: `urn:portico:problem:${code}`, title: code, status, code, request_id: '4f1c2d9a7be04c55' };
  return { status, headers, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

// Changes what the page reads of the real answers from now on.
async function changeAnswers(page, prefix, change) {
  await page.evaluate(
    ([start, text]) => {
      const apply = new Function(`return ${text}`)();
      const ask = window.fetch;
      window.fetch = async (address, options) => {
        if (!String(address).startsWith(start)) return ask(address, options);
        // The whole answer, also where the page has it already.
        const headers = new Headers(options?.headers);
        headers.delete('If-None-Match');
        const response = await ask(address, { ...options, headers });
        const body = await response.json();
        apply(body);
        return new Response(JSON.stringify(body), { status: response.status, headers: response.headers });
      };
    },
    [prefix, change.toString()],
  );
}

export const journeys = [
  {
    name: 'trouble: a portal that is busy says so, and trying again helps',
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedStatuses = [503];
      await visitor.signIn(alex);
      await page.route('**/api/v1/jobs?*', (route) => route.fulfill(problem(503, 'database_unavailable', { 'Retry-After': '3' })));
      await page.getByRole('link', { name: /^Finished/ }).click();
      await page.getByRole('alert').getByText('The portal is busy or being looked after.').waitFor();
      await page.getByText('Request 4f1c2d9a7be04c55').waitFor();
      await visitor.check('trouble-busy');
      await page.unroute('**/api/v1/jobs?*');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.card-link').first().waitFor();
    },
  },
  {
    name: 'trouble: not even the name of the business can be had',
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedStatuses = [502];
      await page.route('**/api/v1/portal', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
      await visitor.go('/');
      await page.getByRole('heading', { level: 1, name: 'That did not work' }).waitFor();
      await visitor.check('trouble-no-answer');
      await page.unroute('**/api/v1/portal');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    },
  },
  {
    name: 'trouble: a portal that is away for a moment comes back by itself',
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedStatuses = [503];
      await page.route('**/api/v1/portal', (route) => route.fulfill(problem(503, 'database_unavailable', { 'Retry-After': '1' })), { times: 1 });
      await visitor.go('/sign-in');
      await page.getByText('The portal is busy or being looked after.').waitFor();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    },
  },
  {
    name: 'trouble: too many tries say how long to wait',
    async run(visitor) {
      const { page } = visitor;
      await page.route('**/api/v1/session', (route) =>
        route.request().method() === 'POST' ? route.fulfill(problem(429, 'too_many_requests', { 'Retry-After': '90' })) : route.continue(),
      );
      await visitor.go('/sign-in');
      await page.getByLabel('Email', { exact: true }).fill(alex);
      await page.getByLabel('Password', { exact: true }).fill('whatever it was');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('Too many tries. Try again in 2 minutes.').waitFor();
      assert.equal(await page.getByLabel('Email', { exact: true }).inputValue(), alex);
      await visitor.check('trouble-too-many');
    },
  },
  {
    name: 'trouble: grey shapes stand in for a slow answer, and none for a quick one',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      // Right after a slow start the shapes go on without a pause, for a second.
      await page.locator(':root:not([data-slow])').waitFor();
      let release;
      const released = new Promise((resolve) => (release = resolve));
      await page.route('**/api/v1/jobs?*', async (route) => {
        await released;
        await route.continue();
      });
      await page.getByRole('link', { name: /^Finished/ }).click();
      const skeleton = page.locator('.skeleton');
      const delay = await skeleton.evaluate((element) => getComputedStyle(element).animationDelay);
      assert.equal(delay, '0.2s');
      await page.waitForFunction(() => getComputedStyle(document.querySelector('.skeleton')).opacity === '1');
      await page.screenshot({ path: `${visitor.options.folder}/trouble-slow.png` });
      release();
      await page.locator('.card-link').first().waitFor();
      assert.equal(await skeleton.count(), 0);
    },
  },
  {
    name: 'trouble: an answer that nobody foresaw leaves the header and the contact standing',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await changeAnswers(page, '/api/v1/jobs/', (job) => (job.status = 'brand_new'));
      await page.locator('.card-link').first().click();
      await page.getByText('This page cannot be shown.').waitFor();
      await page.getByRole('banner').getByRole('link', { name: 'Call Brightwater' }).waitFor();
      await visitor.check('trouble-unforeseen');
      await page.getByRole('banner').getByRole('link', { name: 'Brightwater', exact: true }).click();
      await page.locator('.card-link').first().waitFor();
    },
  },
  {
    name: 'trouble: a job that changed marks itself and does not jump',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      const first = page.locator('.card-link').first();
      await first.click();
      await page.locator('main').getByRole('link', { name: 'Jobs', exact: true }).waitFor();
      await changeAnswers(page, '/api/v1/jobs?', (list) => (list.items[0].assignee = { name: 'Somebody New' }));
      await page.locator('main').getByRole('link', { name: 'Jobs', exact: true }).click();
      await first.getByText('Updated just now').waitFor();
      assert.match(await first.innerText(), /Somebody New/);
      assert.equal(await page.getByText('Updated just now').count(), 1);
      await visitor.check('trouble-updated');
    },
  },
  {
    name: 'trouble: a lost answer says what may have happened, and what was typed stays',
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedStatuses = [503];
      const lost = (path) => page.route(`**/api/v1${path}`, (route) => (route.request().method() === 'POST' ? route.fulfill(problem(503, 'outcome_unknown', { 'Retry-After': '1' })) : route.continue()));
      await lost('/session');
      await visitor.go('/sign-in');
      await page.getByLabel('Email', { exact: true }).fill(alex);
      await page.getByLabel('Password', { exact: true }).fill('whatever it was');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('Sign in once more: that does no harm.').waitFor();
      assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'whatever it was');
      await page.unroute('**/api/v1/session');

      await lost('/password');
      await visitor.go('/password#some-link');
      await page.getByLabel('New password', { exact: true }).fill('seven tall green lamps');
      await page.getByRole('button', { name: 'Save the new password' }).click();
      await page.getByRole('alert').getByText(/may be saved already: try to sign in with it/).waitFor();
      assert.equal(await page.getByLabel('New password', { exact: true }).inputValue(), 'seven tall green lamps');
      await visitor.check('trouble-lost-reset');

      await visitor.signIn(alex);
      await lost('/me/password');
      await visitor.go('/account');
      await page.getByLabel('Current password').fill('whatever it was');
      await page.getByLabel('New password', { exact: true }).fill('seven tall green lamps');
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByRole('alert').getByText(/Your password may be changed already/).waitFor();
      assert.equal(await page.getByLabel('Current password').inputValue(), 'whatever it was');
      await visitor.check('trouble-lost-change');
    },
  },
];
