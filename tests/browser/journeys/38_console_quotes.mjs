// What clients were offered, in the console: found, hidden, and decided in a client's name when that was said elsewhere (C6, X14).
import assert from 'node:assert/strict';
import { desktop, phone, Visitor } from '../visitor.mjs';

const quim = 'quim.records@brightwater.example.com';
const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();
const said = (page, text) => page.locator('#announcer').getByText(text).first().waitFor({ state: 'attached' });
const words = async (of) => (await of.innerText()).replace(/\s+/g, ' ').trim();
const day = (distance) => new Date(Date.now() + distance * 86_400_000).toISOString().slice(0, 10);

async function checkBoth(visitor, name) {
  for (const viewport of [phone, desktop]) {
    await visitor.page.setViewportSize(viewport);
    await visitor.check(`${name}-${viewport.width}`);
  }
  await visitor.page.setViewportSize(visitor.options.viewport ?? phone);
}

async function offer(site, lines) {
  const { rows } = await site.ask({
    sql: "SELECT external_id FROM portal.client c JOIN portal.account a USING (account_id) WHERE a.slug = 'brightwater' AND c.organisation_name = 'Acme Facilities Ltd'",
  });
  const whole = lines.map((line) => ({ client: rows[0][0], currency: 'GBP', issued_on: day(-10), valid_until: day(30), total: 284000, external_id: line.number, ...line }));
  const { refused } = await site.ask({ feed: { quotes: whole } });
  assert.deepEqual(refused, { quotes: [] });
}

// Runs in the page, with the cookie of whoever is signed in there.
async function send([method, path, body]) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function arrive(visitor, email, options = {}) {
  const member = await Visitor.arrive(visitor.context.browser(), visitor.account, { ...visitor.options, locale: 'en-GB', ...options });
  await member.signIn(email);
  return member;
}

export const journeys = [
  {
    name: 'console: quotes are found and hidden, and what a client said on the telephone is recorded',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      await offer(site, [
        { number: 'RC-1', title: 'Work on the roof', description: 'Tiles.\nAnd battens.', valid_until: day(2), visible: true },
        { number: 'RC-2', title: 'Gutters of the roof', total: 5000, visible: true },
      ]);
      const member = await arrive(visitor, 'quill.watches@acme.example.com', { viewport: phone });
      await member.go('/quotes');
      await member.page.locator('.card', { hasText: 'RC-1' }).waitFor();

      await visitor.signInAsStaff(quim);
      await page.getByRole('navigation').getByRole('link', { name: 'Quotes' }).click();
      await heading(page, 'Quotes');
      const table = page.getByRole('table', { name: 'Quotes' });
      await table.getByRole('row', { name: /RC-1/ }).waitFor();
      await checkBoth(visitor, 'console-quotes');
      await page.getByLabel('Search quotes').fill('roof');
      await page.waitForURL(/[?&]q=roof/);
      await page.getByLabel('State').selectOption({ label: 'Open' });
      await page.waitForURL(/[?&]state=open/);
      const first = table.getByRole('row', { name: /RC-1/ });
      assert.match(await words(first), /^RC-1 Work on the roof Acme Facilities Ltd Waiting for the client \w{3} \d+ \w+ \w{3} \d+ \w+( \d+)? 2 days left £2,840\.00 Shown/);

      // Hidden and shown again, while a member looks.
      const second = table.getByRole('row', { name: /RC-2/ });
      await second.getByRole('switch').click();
      await second.getByRole('switch', { checked: false }).waitFor();
      await said(page, 'RC-2 is not shown any more.');
      await member.page.locator('.card', { hasText: 'RC-2' }).waitFor({ state: 'detached' });
      await second.getByRole('switch').click();
      await member.page.locator('.card', { hasText: 'RC-2' }).waitFor();

      // The way back leads to what was filtered.
      await first.getByRole('link', { name: 'RC-1' }).click();
      await heading(page, 'RC-1 Work on the roof');
      await page.locator('.back-link').click();
      await page.waitForURL(/\/console\/quotes\?q=roof&state=open$/);
      await first.getByRole('link', { name: 'RC-1' }).click();
      await heading(page, 'RC-1 Work on the roof');
      await checkBoth(visitor, 'console-quote');
      const form = page.getByRole('form', { name: 'Record a decision' });
      await form.getByRole('button', { name: 'Record it' }).click();
      await form.locator('#decision-error').waitFor();
      await form.locator('#method-error').waitFor();
      await form.getByRole('radio', { name: 'Declined' }).check();
      await form.getByRole('radio', { name: 'By phone' }).check();
      await form.getByRole('button', { name: 'Record it' }).click();
      await form.locator('#reason-error').getByText('Say why, or what should change.').waitFor();
      await checkBoth(visitor, 'console-quote-wrong');
      await form.getByRole('radio', { name: 'Accepted' }).check();
      await form.getByLabel('Who decided? (optional)').fill('Anna Moore');
      await form.getByRole('textbox', { name: 'Reason or order number' }).fill('PO-7781');
      await form.getByRole('button', { name: 'Record it' }).dblclick();
      await notice(page, 'The decision about RC-1 is recorded.');
      await page.getByText('Nothing is left to decide about this quote.').waitFor();
      await page.waitForFunction(() => document.activeElement.id === 'record');
      const decided = page.locator('section[aria-labelledby="decided"]');
      assert.match(await words(decided), /^What the client decided Accepted Today, .* · Anna Moore, by phone PO-7781$/);
      await checkBoth(visitor, 'console-quote-recorded');
      await member.go('/quotes?state=accepted');
      await member.page.locator('.card', { hasText: 'RC-1' }).getByText(/Accepted .* by Anna Moore$/).waitFor();

      // Of the client alone, and in the activity.
      await page.getByRole('link', { name: 'Acme Facilities Ltd' }).click();
      await heading(page, 'Acme Facilities Ltd');
      const own = page.getByRole('table', { name: 'Quotes of Acme Facilities Ltd' });
      await own.getByRole('row', { name: /RC-1/ }).getByText('Accepted').waitFor();
      await checkBoth(visitor, 'console-client-quotes');
      await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
      await heading(page, 'Activity');
      const activity = page.getByRole('table', { name: 'Activity' });
      const recorded = activity.getByRole('row', { name: /Quim/ }).filter({ hasText: 'Recorded the answer to a quote' }).first();
      await recorded.getByText('Details', { exact: true }).click();
      await recorded.getByText('£2,840.00').waitFor();
      assert.equal(await recorded.getByText('content', { exact: true }).count(), 0, 'the hash of a document is for nobody');
      await activity.getByRole('row', { name: /Quim/ }).getByText('Changed who sees a quote').first().waitFor();
      await member.leave();
    },
  },
  {
    name: 'console: a quote that changes while a decision is typed is shown beside it, and nothing is lost',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      await offer(site, [{ number: 'RD-1', title: 'Door' }]);
      await visitor.signInAsStaff(quim);
      await visitor.go('/console/quotes?q=RD-1');
      await page.getByRole('link', { name: 'RD-1' }).click();
      await heading(page, 'RD-1 Door');
      const form = page.getByRole('form', { name: 'Record a decision' });
      await form.getByRole('radio', { name: 'Accepted' }).check();
      await form.getByRole('radio', { name: 'On paper' }).check();
      await form.getByLabel('Who decided? (optional)').fill('Anna Moore');
      await offer(site, [{ number: 'RD-1', title: 'Door', total: 300000 }]);
      await form.getByRole('button', { name: 'Record it' }).click();
      const news = page.getByRole('alert').filter({ hasText: 'This quote has changed' });
      await news.getByText('£2,840.00 → £3,000.00').waitFor();
      await page.waitForFunction(() => document.activeElement.classList.contains('news'));
      assert.equal(await form.getByLabel('Who decided? (optional)').inputValue(), 'Anna Moore');
      await checkBoth(visitor, 'console-quote-news');
      // Nothing is recorded about what nobody has looked at.
      let sent = 0;
      page.on('request', (request) => (sent += request.method() === 'POST' && request.url().endsWith('/decision') ? 1 : 0));
      await form.getByRole('button', { name: 'Record it' }).click();
      await page.waitForFunction(() => document.activeElement.classList.contains('news'));
      assert.equal(sent, 0);
      await news.getByRole('button', { name: 'I have seen it' }).click();
      await news.waitFor({ state: 'detached' });

      // The client is quicker.
      const id = /\/quotes\/(\d+)$/.exec(page.url())[1];
      const member = await arrive(visitor, 'quill.watches@acme.example.com', { viewport: phone });
      await member.page.evaluate(send, ['POST', `/api/v1/quotes/${id}/decision`, { revision: 2, decision: 'declined', reason: 'Too late.' }]);
      await form.getByRole('button', { name: 'Record it' }).click();
      await news.getByText('Waiting for the client → Declined').waitFor();
      assert.equal(await form.getByLabel('Who decided? (optional)').inputValue(), 'Anna Moore');
      assert.equal(await form.getByRole('button', { name: 'Record it' }).count(), 0);
      await visitor.check('console-quote-over');
      await news.getByRole('button', { name: 'I have seen it' }).click();
      await page.getByText('Nothing is left to decide about this quote.').waitFor();
      await page.waitForFunction(() => document.activeElement.id === 'record');
      await visitor.check('console-quote-over-seen');
      await form.getByRole('button', { name: 'Discard the changes' }).click();
      await form.waitFor({ state: 'detached' });
      await page.getByText('Nothing is left to decide about this quote.').waitFor();
      await page.waitForFunction(() => document.activeElement.id === 'record');
      await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
      await page.getByRole('table', { name: 'Activity' }).getByText('Answered a quote').first().waitFor();
      await member.leave();
    },
  },
  {
    name: 'console: quotes as a user sees them, and for viewers in Spanish on a phone',
    needsOwnPortal: true,
    visitor: { locale: 'es-ES', timezone: 'Europe/Madrid' },
    async run(visitor, site) {
      const { page } = visitor;
      await offer(site, [{ number: 'RE-1', title: 'Persianas', description: 'Dos persianas.', total: 42000 }]);
      await visitor.signInAsStaff(quim);
      await visitor.go('/console/users?q=quill.watches');
      await page.getByRole('button', { name: /^Ver como este usuario/ }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Por qué mira').fill('Preguntó por su presupuesto');
      await dialog.getByRole('button', { name: 'Mirar' }).click();
      const quote = dialog.getByRole('button', { name: /RE-1 Persianas/ });
      await quote.getByText(/^Espera al cliente · /).waitFor();
      await quote.click();
      await dialog.getByText('Dos persianas.').waitFor();
      assert.equal(await dialog.getByRole('form').count(), 0, 'nothing is decided for somebody else');
      await checkBoth(visitor, 'console-view-quote-es');
      await dialog.getByRole('button', { name: 'Volver a la lista' }).click();
      await page.waitForFunction(() => document.activeElement.innerText.includes('RE-1 Persianas'));
      await visitor.context.clearCookies();

      await visitor.signInAsStaff('vera.views@brightwater.example.com');
      await visitor.go('/console/quotes?q=RE-1');
      await page.getByRole('row', { name: /RE-1/ }).getByText('Espera al cliente').waitFor();
      assert.equal(await page.getByRole('switch').count(), 0);
      await checkBoth(visitor, 'console-quotes-es');
      await page.getByRole('link', { name: 'RE-1' }).click();
      await heading(page, 'RE-1 Persianas');
      await page.getByText('Anotan las decisiones los gestores y los propietarios.').waitFor();
      assert.equal(await page.locator('main form').count(), 0);
      await checkBoth(visitor, 'console-quote-es');
      await visitor.go('/console/quotes/999999999');
      await page.getByRole('heading', { level: 2, name: 'Este presupuesto no está aquí' }).waitFor();
    },
  },
];
