// What is answered late finds the console of staff as it is by then: another file, another dialog, another page, another person.
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';
import { addClient, openClients } from './30_console_clients.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();
const go = async (page, name) => {
  await page.getByRole('navigation').getByRole('link', { name }).click();
  await heading(page, name);
};

// Holds back what the server is asked for. `arrived` waits until so many have come; each is let go with an answer of its own or the server's.
async function hold(page, address, method) {
  const routes = [];
  let changed = () => undefined;
  await page.route(address, async (route) => {
    if (route.request().method() !== method) return route.fallback();
    routes.push(route);
    changed();
  });
  return {
    routes,
    async arrived(count) {
      while (routes.length < count) await new Promise((resolve) => (changed = resolve));
    },
  };
}

const notSignedIn = { status: 401, contentType: 'application/problem+json', body: JSON.stringify({ status: 401, code: 'not_signed_in' }) };

// Without loading the page again, as colleagues do who share a computer.
async function signInHere(visitor, email) {
  const { page, account } = visitor;
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(account.staff.find((person) => person.email === email).password);
  await page.locator('main button[type="submit"]').click();
  await page.locator('nav.side').waitFor();
}

async function signOut(page) {
  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'Sign in');
}

const csv = (name, ...lines) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\r\n')}\r\n`) });

export const journeys = [
  {
    name: 'console: the trial of one file or of other columns says nothing of those that are shown',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await openClients(visitor, 'rosa.rows');
      await page.getByRole('button', { name: 'Upload a CSV file' }).click();
      const dialog = page.getByRole('dialog', { name: 'Upload a CSV file' });
      const input = dialog.locator('input[type=file]');
      const tryOut = dialog.getByRole('button', { name: 'See what would happen' });
      await input.setInputFiles(csv('first.csv', 'Company;Nickname', 'Late One;L1', 'Late Two;L2'));
      await dialog.getByText('first.csv, 2 rows').waitFor();
      const trials = await hold(page, '**/api/v1/staff/clients/rows', 'POST');
      // It may have been given up.
      const letGo = (index) => trials.routes[index].continue().catch(() => undefined);
      await tryOut.click();
      await trials.arrived(1);

      await input.setInputFiles(csv('second.csv', 'Company;Nickname', 'Late Three;L3'));
      await dialog.getByText('second.csv, 1 row').waitFor();
      await letGo(0);
      await tryOut.click();
      await trials.arrived(2);
      await dialog.getByLabel('Name of the organisation').selectOption({ label: 'Nickname' });
      await dialog.getByText('Such as: L3').first().waitFor();
      await letGo(1);
      assert.equal(await dialog.getByRole('progressbar').count(), 0);
      await tryOut.click();
      await trials.arrived(3);
      assert.deepEqual(trials.routes[2].request().postDataJSON().rows.map(({ name }) => name), ['L3']);
      await letGo(2);
      await dialog.getByRole('button', { name: 'Take over 1 client' }).waitFor();
    },
  },
  {
    name: 'console: an answer that comes late leaves the dialog that is open by then, and the page that is read',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await openClients(visitor, 'cleo.clients');
      await addClient(page, { name: 'Slow Answers', email: 'one@slow.example', phone: '020 7946 0991' });
      const contacts = page.getByRole('table', { name: 'Emails and phones' });
      const changes = await hold(page, '**/api/v1/staff/clients/*/contacts/*', 'PATCH');
      await contacts.getByRole('button', { name: 'Change: one@slow.example' }).click();
      const first = page.getByRole('dialog', { name: 'Change one@slow.example' });
      await first.getByLabel('Whose it is').fill('Porter');
      await first.getByRole('button', { name: 'Save' }).click();
      await changes.arrived(1);
      await page.keyboard.press('Escape');
      await first.waitFor({ state: 'detached' });
      await contacts.getByRole('button', { name: /^Change: .*0991/ }).click();
      const second = page.getByRole('dialog', { name: /^Change .*0991/ });
      await second.getByLabel('Whose it is').fill('Reception');
      await changes.routes[0].continue();
      await notice(page, 'one@slow.example is saved.');
      await contacts.getByText('Porter').waitFor();
      assert.equal(await second.getByLabel('Whose it is').inputValue(), 'Reception');
      await second.getByRole('button', { name: 'Cancel' }).click();

      // The page of the client opens for whoever waits for it.
      await go(page, 'Clients');
      const added = await hold(page, '**/api/v1/staff/clients', 'POST');
      await page.getByRole('button', { name: 'Add a client' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a client' });
      await dialog.getByLabel('Name of the organisation').fill('Slower Answers');
      await dialog.getByRole('button', { name: 'Add the client' }).click();
      await added.arrived(1);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await go(page, 'Users');
      await page.getByRole('button', { name: 'Add user' }).click();
      const search = page.getByRole('dialog', { name: 'Add user' }).getByLabel('Search clients');
      await search.fill('slow');
      await added.routes[0].continue();
      await notice(page, 'Slower Answers is added.');
      assert.equal(await search.inputValue(), 'slow');
      assert.equal(visitor.path, '/console/users');
    },
  },
  {
    name: 'console: long work ends with the session, and the next colleague neither sees it nor goes on with it',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await openClients(visitor, 'dora.documents');
      await addClient(page, { name: 'Left Behind' });
      const uploads = await hold(page, '**/api/v1/staff/documents?*', 'POST');
      const files = ['one', 'two', 'three'].map((name) => ({ name: `${name}.pdf`, mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.4 ${name}`) }));
      let ended = 0;
      page.on('requestfailed', (request) => (ended += request.method() === 'POST' && request.url().includes('/staff/documents?') ? 1 : 0));
      await page.locator('.drop input[type=file]').setInputFiles(files);
      await uploads.arrived(2);
      await page.locator('.works').getByText('three.pdf').waitFor();
      await signOut(page);
      await signInHere(visitor, 'vera.views@brightwater.example.com');
      await heading(page, 'Overview');
      assert.equal(await page.locator('.works').count(), 0);
      assert.equal(await page.locator('#notice').getByText('Left Behind').count(), 0);
      assert.deepEqual({ ended, sent: uploads.routes.length }, { ended: 2, sent: 2 });
      await signOut(page);

      // An answer to the work of somebody who has gone throws nobody out.
      await signInHere(visitor, 'dora.documents@brightwater.example.com');
      await go(page, 'Clients');
      await page.getByLabel('Search clients').fill('left behind');
      await page.getByRole('table').getByRole('link', { name: 'Left Behind' }).waitFor();
      await page.getByRole('button', { name: 'Invite all that are found' }).click();
      const bulk = await hold(page, '**/api/v1/staff/invitations/bulk', 'POST');
      await page.getByRole('button', { name: /^Send \d+ invitations?$/ }).click();
      await bulk.arrived(1);
      await signOut(page);
      await signInHere(visitor, 'vera.views@brightwater.example.com');
      await heading(page, 'Overview');
      const answered = page.waitForResponse('**/api/v1/staff/invitations/bulk');
      await bulk.routes[0].fulfill(notSignedIn);
      await (await answered).finished();
      await go(page, 'Users');
      await go(page, 'Documents');
    },
  },
  {
    name: 'console: a session that has ended is said once, and signing in leads back',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('dora.documents@brightwater.example.com');
      await go(page, 'Documents');
      const changes = await hold(page, '**/api/v1/staff/documents/*', 'PATCH');
      const switches = page.getByRole('table', { name: 'Documents' }).getByRole('switch');
      await switches.nth(1).waitFor();
      await switches.nth(0).click();
      await switches.nth(1).click();
      await changes.arrived(2);
      await changes.routes[0].fulfill(notSignedIn);
      await heading(page, 'Sign in');
      assert.equal(visitor.path, '/console/sign-in?next=%2Fconsole%2Fdocuments');
      const answered = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await changes.routes[1].fulfill(notSignedIn);
      await (await answered).finished();
      await signInHere(visitor, 'dora.documents@brightwater.example.com');
      await heading(page, 'Documents');
    },
  },
  {
    name: 'console: clients that could not be looked up are looked up again, and whoever picks one reads on there',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedStatuses.push(503);
      await visitor.signInAsStaff('dora.documents@brightwater.example.com');
      await go(page, 'Documents');
      await page.route('**/api/v1/staff/clients?*', (route) => route.fulfill({ status: 503 }));
      await page.getByRole('button', { name: 'Add documents' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add documents' });
      await dialog.getByRole('heading', { name: 'That did not work' }).waitFor();
      await page.unroute('**/api/v1/staff/clients?*');
      await dialog.getByRole('button', { name: 'Try again' }).click();
      await dialog.getByRole('list', { name: 'Clients' }).getByRole('button').first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Choose files' }).waitFor();
      await page.waitForFunction(() => document.activeElement.matches('dialog h2') && /^Add documents .+/.test(document.activeElement.innerText));
    },
  },
];
