// People who stand for more than one client, for one, or may see little of it.
import assert from 'node:assert/strict';

const alex = 'alex.morgan@acme.example.com';
const sam = 'sam.reyes@acme.example.com';
const acme = 'Acme Facilities Ltd';
const harbour = 'Harbour Hotels Group';

const currentClient = (page) => page.locator('.client-name').innerText();
const otherThan = (client) => (client === acme ? harbour : acme);

async function switchTo(page, client) {
  await page.getByRole('button', { name: /Choose another/ }).click();
  await page.getByRole('button', { name: client, exact: true }).click();
  await page.locator('#notice').getByText(`You are now looking at ${client}.`).waitFor();
}

export const journeys = [
  {
    name: 'clients: a person with two switches between them',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(sam);
      const first = await currentClient(page);
      const before = await page.locator('.card-link').evaluateAll((cards) => cards.map(({ id }) => id));
      await page.getByRole('button', { name: /Choose another/ }).click();
      // An open menu covers what lies below it.
      await visitor.check('client-menu', page, ['target-size']);
      await page.keyboard.press('Escape');
      assert.match(await page.evaluate(() => document.activeElement.innerText), /Choose another/);

      await switchTo(page, otherThan(first));
      await visitor.settle();
      assert.equal(await currentClient(page), otherThan(first));
      const after = await page.locator('.card-link').evaluateAll((cards) => cards.map(({ id }) => id));
      assert.ok(after.length > 0 && after.every((id) => !before.includes(id)), 'no job of the other client');
      await visitor.check('client-switched');

      // The person starts with the client used last.
      await page.getByRole('button', { name: /^Your account/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await visitor.signIn(sam);
      assert.equal(await currentClient(page), otherThan(first));
    },
  },
  {
    name: 'clients: a tab that cannot learn for whom to go on says so, and goes on when it can',
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedFailures = ['net::ERR_CONNECTION_REFUSED'];
      await visitor.signIn(sam);
      const first = await currentClient(page);
      const tab = await visitor.open();
      await visitor.go('/', tab);
      await tab.locator('.card-link').first().waitFor();
      // The question that hears of the switch is answered, the one for whom to go on is not.
      await page.route('**/api/v1/session', (route) => (route.request().headers()['portal-membership'] === undefined ? route.abort('connectionrefused') : route.continue()));
      await switchTo(tab, otherThan(first));
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      assert.equal(await page.locator('.card-link').count(), 0, 'nothing of the other client is left');
      await page.unroute('**/api/v1/session');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.client-name', { hasText: otherThan(first) }).waitFor();
    },
  },
  {
    name: 'clients: a question that left with the token from before a switch does not sign a tab out',
    async run(visitor) {
      const { page, context } = visitor;
      visitor.expectedStatuses = [401];
      await visitor.signIn(sam);
      const first = await currentClient(page);
      const tab = await visitor.open();
      await visitor.go('/', tab);
      await tab.locator('.card-link').first().waitFor();
      const [{ name, value }] = (await context.cookies(visitor.account.url)).filter((cookie) => cookie.name.endsWith('portal-member'));
      // What the first tab asks as the client of before leaves with the token that it has now, until that is refused.
      let status = null;
      await page.route(/\/api\/v1\/(jobs|sites|session)\b/, async (route) => {
        const request = route.request();
        if (status === 401 || request.headers()['portal-membership'] === undefined) return route.continue();
        const { host, port } = new URL(request.url());
        const address = request.url().replace(host, `127.0.0.1:${port}`);
        const response = await route.fetch({ url: address, headers: { ...(await request.allHeaders()), host, cookie: `${name}=${value}` } });
        status = response.status();
        return route.fulfill({ response });
      });
      await switchTo(tab, otherThan(first));
      await page.locator('.client-name', { hasText: otherThan(first) }).waitFor();
      assert.equal(status, 401, 'the control: the token from before is dead');
      assert.equal(new URL(page.url()).pathname, '/');
    },
  },
  {
    name: 'clients: another tab follows a switch by itself and says so',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(sam);
      const first = await currentClient(page);
      const tab = await visitor.open();
      await visitor.go('/', tab);
      await tab.locator('.card-link').first().waitFor();
      const refused = page.waitForResponse((response) => response.status() === 409);
      await switchTo(tab, otherThan(first));
      await refused;
      await page.locator('#notice').getByText(`You are now looking at ${otherThan(first)}.`).waitFor();
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      assert.equal(visitor.path, '/');
      assert.equal(await currentClient(page), otherThan(first));
    },
  },
  {
    name: 'clients: a person with one has nothing to switch',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      assert.equal(await page.locator('.client').innerText(), acme);
      assert.equal(await page.getByRole('button', { name: /Choose another/ }).count(), 0);
    },
  },
  {
    name: 'clients: no access to jobs is not the same as no jobs',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn('priya.nair@harbour.example.com');
      await page.getByRole('heading', { level: 2, name: 'You have no access to jobs' }).waitFor();
      await page.getByText('Brightwater decides what you see here.').waitFor();
      assert.equal(await page.locator('.tabs').count(), 0);
      await visitor.check('jobs-no-access');
    },
  },
  {
    name: 'clients: who may see finished jobs only has no tab for the others',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn('ruth.okafor@example.com');
      const tabs = (await page.locator('.tabs a').allInnerTexts()).map((text) => text.replace(/\s*\d+$/, ''));
      assert.deepEqual(tabs, ['Finished', 'Cancelled']);
      assert.equal(await page.locator('.card-link').count(), 3);
      await page.getByRole('link', { name: /^Cancelled/ }).click();
      await page.getByRole('heading', { level: 2, name: 'No cancelled jobs' }).waitFor();
      await visitor.check('jobs-empty');
    },
  },
];
