// What the business has billed: what is still to pay, what is paid, the file of each; fed by the accounting, shown or hidden by staff (C7, X3, X4).
import assert from 'node:assert/strict';
import { desktop, phone, Visitor } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';
const iris = 'iris.invoices@brightwater.example.com';
const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const row = (page, number) => page.locator('.invoice', { hasText: number });
const numbers = (page) => page.locator('.invoice .file-name').evaluateAll((names) => names.map((name) => name.firstChild.textContent));
const tab = (page, name) => page.locator('.tabs').getByRole('link', { name: new RegExp(`^${name}`) });
const counts = (page) => page.locator('.tabs .count').evaluateAll((found) => found.map(({ textContent }) => Number(textContent)));
const said = (page, text) => page.locator('#announcer').getByText(text).first().waitFor({ state: 'attached' });
const words = async (of) => (await of.innerText()).replace(/\s+/g, ' ').trim();
const sum = (page) => words(page.locator('.outstanding'));

// Both widths that are looked at.
async function checkBoth(visitor, name) {
  for (const viewport of [phone, desktop]) {
    await visitor.page.setViewportSize(viewport);
    await visitor.check(`${name}-${viewport.width}`);
  }
  await visitor.page.setViewportSize(visitor.options.viewport ?? phone);
}

// The stream is open, and what was asked again when it began has been drawn.
async function signInAndFollow(visitor) {
  const { page } = visitor;
  const begun = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/v1/stream' && response.status() === 200);
  const member = visitor.account.members.find(({ email }) => email === alex);
  await visitor.go('/sign-in');
  await page.locator('#email').fill(alex);
  await page.locator('#password').fill(member.password);
  await page.locator('main button[type="submit"]').click();
  await begun;
}

const day = (distance) => new Date(Date.now() + distance * 86_400_000).toISOString().slice(0, 10);

// As the accounting says it of the client that Alex stands for.
async function feed(site, more) {
  const { rows } = await site.ask({
    sql: "SELECT external_id FROM portal.client c JOIN portal.account a USING (account_id) WHERE a.slug = 'brightwater' AND c.organisation_name = 'Acme Facilities Ltd'",
  });
  const line = { client: rows[0][0], currency: 'EUR', issued_on: day(-40), due_on: day(-10), total: 123456, ...more };
  const { refused } = await site.ask({ feed: { invoices: [line] } });
  assert.deepEqual(refused, { invoices: [] });
}

export const journeys = [
  {
    name: 'invoices: what is to pay, what is paid and all of them, opened and saved',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await page.getByRole('link', { name: 'Invoices', exact: true }).click();
      await heading(page, 'Invoices');
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      await row(page, 'INV-2037').waitFor();
      assert.equal(await page.title(), 'Invoices – Brightwater');
      assert.deepEqual(await numbers(page), ['INV-2041', 'INV-2037', 'INV-2022']);
      assert.equal(await sum(page), 'Still to pay £940.50 1 invoice overdue');
      await said(page, '3 invoices');
      assert.match(await words(row(page, 'INV-2041')), /Boiler service, head office £184\.00 Payment due Issued \w{3} \d+ \w+, due \w{3} \d+ \w+/);
      assert.match(await words(row(page, 'INV-2037')), /£1,260\.00 Partly paid £660\.00 still to pay/);
      assert.match(await words(row(page, 'INV-2022')), /£96\.50 Overdue Issued \w{3} \d+ \w+, was due \w{3} \d+ \w+/, 'that it is overdue is said in words');
      assert.match(await words(row(page, 'INV-2041')), /Invoice \(PDF\), [\d.]+ (bytes|kB|MB)/, 'type and size are said before it is opened');
      await checkBoth(visitor, 'invoices');

      // In the browser, in a tab of its own; and as a file.
      const [opened] = await Promise.all([page.context().waitForEvent('page'), row(page, 'INV-2041').getByRole('link', { name: /^INV-2041/ }).click()]);
      await opened.waitForLoadState();
      assert.match(opened.url(), /\/api\/v1\/invoices\/\d+\/content$/);
      await opened.close();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save INV-2041.pdf' }).click()]);
      assert.equal(download.suggestedFilename(), 'INV-2041.pdf');
      assert.equal(await download.failure(), null);

      await tab(page, 'Paid').click();
      await page.waitForURL('**/invoices?state=paid');
      await row(page, 'INV-2015').waitFor();
      const first = await numbers(page);
      assert.equal(first.length, 20);
      await page.getByRole('button', { name: 'Show more invoices' }).click();
      await row(page, 'INV-1994').waitFor();
      const paid = await numbers(page);
      assert.deepEqual([paid.slice(0, 20), new Set(paid).size], [first, paid.length]);
      await page.waitForFunction((number) => document.activeElement.innerText.startsWith(number), paid[20]);
      assert.match(await words(row(page, 'INV-2019')), /No file yet$/);
      assert.equal(await row(page, 'INV-2019').getByRole('link').count(), 0);
      assert.equal(await sum(page), 'Still to pay £940.50 1 invoice overdue', 'the sum is that of all');

      await tab(page, 'All').click();
      await row(page, 'INV-2018').getByText('Cancelled').waitFor();
      await checkBoth(visitor, 'invoices-all');
      assert.deepEqual(await counts(page), [3, paid.length, 4 + paid.length]);
      await page.goBack();
      await page.waitForURL('**/invoices?state=paid');
      await page.goBack();
      await row(page, 'INV-2041').getByRole('link', { name: /^Job #/ }).click();
      await page.locator('.job-head').waitFor();
      await page.goBack();
      await heading(page, 'Invoices');
      await visitor.go('/help');
      await page.getByRole('heading', { level: 2, name: 'What is still to pay?' }).waitFor();
    },
  },
  {
    name: 'invoices: none yet, none that may be seen, a mistake and no connection are different things',
    needsOwnPortal: true,
    visitor: { viewport: desktop, colorScheme: 'dark' },
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedStatuses.push(503);
      await visitor.signIn('ruth.okafor@example.com');
      assert.equal(await page.getByRole('link', { name: 'Invoices' }).count(), 0, 'no link to what may not be seen');
      await visitor.go('/invoices');
      await page.getByRole('heading', { level: 2, name: 'You have no access to invoices' }).waitFor();
      await visitor.check('invoices-no-access');
      await visitor.context.clearCookies();

      await visitor.signIn(alex);
      await visitor.go('/invoices');
      await row(page, 'INV-2041').waitFor();
      await visitor.check('invoices-dark');
      await visitor.context.setOffline(true);
      await page.locator('.banner').getByText(/^You are offline\. What you see is from/).waitFor();
      await row(page, 'INV-2041').getByRole('link', { name: /^INV-2041/ }).click();
      await page.locator('#notice').getByText('Files can be opened again when you have a connection.').waitFor();
      assert.equal(visitor.context.pages().length, 1, 'nothing was opened');
      await visitor.check('invoices-offline');
      await visitor.context.setOffline(false);

      const none = { payment_due: 0, partially_paid: 0, overdue: 0, paid: 0, void: 0 };
      let answer = { status: 503, contentType: 'application/problem+json', body: JSON.stringify({ code: 'overloaded', status: 503, request_id: 'r' }) };
      await page.route('**/api/v1/invoices?*', (route) => route.fulfill(answer));
      await visitor.go('/invoices');
      await page.getByRole('heading', { level: 2, name: 'That did not work' }).waitFor();
      await visitor.check('invoices-failed');
      answer = { json: { items: [], next_cursor: null, counts: none, outstanding: [] } };
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { level: 2, name: 'No open invoices' }).waitFor();
      assert.equal(await sum(page), 'Still to pay Nothing');
      await visitor.check('invoices-empty');
      for (const [name, title] of [['Paid', 'No paid invoices'], ['All', 'No invoices yet']]) {
        await tab(page, name).click();
        await page.getByRole('heading', { level: 2, name: title }).waitFor();
      }
    },
  },
  {
    name: 'invoices: what the accounting feeds is on the open page, in Spanish',
    needsOwnPortal: true,
    visitor: { locale: 'es-ES', timezone: 'Europe/Madrid' },
    async run(visitor, site) {
      const { page } = visitor;
      await signInAndFollow(visitor);
      await page.getByRole('link', { name: 'Facturas', exact: true }).click();
      await heading(page, 'Facturas');
      await row(page, 'INV-2041').waitFor();
      // Whatever reloads the page takes the mark away.
      await page.evaluate(() => (globalThis.mark = true));
      const [open] = await counts(page);
      await feed(site, { external_id: 'live-1', number: 'LIVE-1', title: 'Cambio de la bomba', visible: true });
      await row(page, 'LIVE-1').getByText('Vencida').waitFor();
      await said(page, '1 factura acaba de cambiar');
      assert.match(await words(row(page, 'LIVE-1')), /1234,56 € Vencida Emitida el .*, venció el .*Todavía sin archivo · Recién actualizado/);
      assert.match(await sum(page), /^Queda por pagar .*1234,56 €.* 2 facturas vencidas$/);
      await checkBoth(visitor, 'invoices-es');

      await feed(site, { external_id: 'live-1', number: 'LIVE-1', title: 'Cambio de la bomba', paid: 100000 });
      await row(page, 'LIVE-1').getByText('quedan 234,56 €').waitFor();
      await feed(site, { external_id: 'live-1', number: 'LIVE-1', title: 'Cambio de la bomba', paid: 123456 });
      await row(page, 'LIVE-1').waitFor({ state: 'detached' });
      assert.deepEqual((await counts(page))[0], open);
      assert.doesNotMatch(await sum(page), /€/);
      await tab(page, 'Todas').click();
      await row(page, 'LIVE-1').getByText('Pagada', { exact: true }).waitFor();
      await checkBoth(visitor, 'invoices-all-es');
      await feed(site, { external_id: 'live-1', deleted: true, client: undefined, currency: undefined, issued_on: undefined, due_on: undefined, total: undefined });
      await row(page, 'LIVE-1').waitFor({ state: 'detached' });
      assert.ok(await page.evaluate(() => globalThis.mark === true), 'not loaded again');
    },
  },
  {
    name: 'console: staff find invoices and hide one, and the page of whoever it was sent to is without it',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page, account } = visitor;
      await feed(site, { external_id: 'shown-1', number: 'SHOWN-1', title: 'Work on the roof', currency: 'GBP', total: 50000, paid: 20000, due_on: day(20), visible: true });
      const member = await Visitor.arrive(visitor.context.browser(), account, { ...visitor.options, viewport: phone });
      await signInAndFollow(member);
      await member.page.getByRole('link', { name: 'Invoices', exact: true }).click();
      await row(member.page, 'SHOWN-1').waitFor();

      await visitor.signInAsStaff(iris);
      await page.getByRole('navigation').getByRole('link', { name: 'Invoices' }).click();
      await heading(page, 'Invoices');
      const table = page.getByRole('table', { name: 'Invoices' });
      await table.getByRole('row', { name: /INV-2041/ }).waitFor();
      await checkBoth(visitor, 'console-invoices');
      await page.getByLabel('Search invoices').fill('roof');
      await page.waitForURL(/[?&]q=roof/);
      await table.getByRole('row', { name: /INV-2041/ }).waitFor({ state: 'detached' });
      const shown = table.getByRole('row', { name: /SHOWN-1/ });
      assert.match(await words(shown), /^SHOWN-1 .*Work on the roof No file yet Acme Facilities Ltd Partly paid .* £500\.00 £300\.00 still to pay Shown/);
      await page.getByLabel('State').selectOption({ label: 'Cancelled' });
      await page.getByRole('heading', { level: 2, name: 'No invoice matches' }).waitFor();
      await page.getByLabel('State').selectOption({ label: 'Open' });

      await shown.getByRole('switch').click();
      await shown.getByRole('switch', { checked: false }).waitFor();
      await said(page, 'SHOWN-1 is not shown any more.');
      await row(member.page, 'SHOWN-1').waitFor({ state: 'detached' });
      await visitor.check('console-invoices-hidden');
      await shown.getByRole('switch').click();
      await row(member.page, 'SHOWN-1').waitFor();

      // Of the client alone, and as the member sees them.
      await shown.getByRole('link', { name: 'Acme Facilities Ltd' }).click();
      await heading(page, 'Acme Facilities Ltd');
      const own = page.getByRole('table', { name: 'Invoices of Acme Facilities Ltd' });
      await own.getByRole('row', { name: /SHOWN-1/ }).waitFor();
      assert.equal(await own.getByRole('row', { name: /INV-2040/ }).count(), 0, 'those of others are not there');
      await visitor.check('console-client-invoices');
      const [opened] = await Promise.all([page.context().waitForEvent('page'), own.getByRole('link', { name: /^INV-2041/ }).click()]);
      await opened.waitForLoadState();
      assert.match(opened.url(), /\/api\/v1\/staff\/invoices\/\d+\/content$/);
      await opened.close();
      await visitor.go(`/console/users?q=${alex}`);
      await page.getByRole('button', { name: 'See as this user: Alex Morgan' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'What Alex Morgan sees' });
      await dialog.getByLabel('Why you look').fill('Called about an invoice');
      await dialog.getByRole('button', { name: 'Look' }).click();
      const seen = dialog.getByRole('link', { name: 'INV-2041, opens in a new tab' });
      await seen.waitFor();
      await dialog.getByText(/^Payment due · £184\.00 · Boiler service/).waitFor();
      await seen.scrollIntoViewIfNeeded();
      await visitor.check('console-view-invoices');
      const status = await page.evaluate(async (path) => (await fetch(path)).status, await seen.getAttribute('href'));
      assert.equal(status, 200);
      await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

      const [pdf] = await Promise.all([member.context.waitForEvent('page'), row(member.page, 'INV-2041').getByRole('link', { name: /^INV-2041/ }).click()]);
      await pdf.waitForLoadState();
      await page.waitForFunction(async () => (await (await fetch('/api/v1/staff/activity?action=invoice_opened')).json()).items.length > 0);
      await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
      await heading(page, 'Activity');
      const activity = page.getByRole('table', { name: 'Activity' });
      await activity.getByRole('row', { name: /Alex/ }).getByText('Opened an invoice').first().waitFor();
      await activity.getByRole('row', { name: /^.*Iris/ }).getByText('Changed who sees an invoice').first().waitFor();
      await member.leave();
    },
  },
  {
    name: 'console: viewers see invoices and change nothing, in Spanish on a phone',
    needsOwnPortal: true,
    visitor: { locale: 'es-ES', timezone: 'Europe/Madrid' },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('vera.views@brightwater.example.com');
      await visitor.go('/console/invoices?state=open');
      await heading(page, 'Facturas');
      await page.getByRole('row', { name: /INV-2022/ }).getByText('Vencida').waitFor();
      assert.equal(await page.getByRole('switch').count(), 0);
      await checkBoth(visitor, 'console-invoices-es');
    },
  },
];
