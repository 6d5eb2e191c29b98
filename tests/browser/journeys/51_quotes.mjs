// Who may decide reads what is offered, accepts it, declines it or asks for changes, and never agrees to what was not read (C6, X14).
import assert from 'node:assert/strict';
import { desktop, phone, Visitor } from '../visitor.mjs';
import { headingHasFocus, tabAndPress, tabAndType, tabTo } from '../keyboard.mjs';

const at = (name) => `${name}@acme.example.com`;
const max = 'max.appears@brightwater.example.com';
const said = (page, text) => page.locator('#announcer').getByText(text).first().waitFor({ state: 'attached' });
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();
const status = (page, word) => page.locator('.job-head .status', { hasText: word }).waitFor();
const words = async (of) => (await of.innerText()).replace(/\s+/g, ' ').trim();
const card = (page, number) => page.locator('.card', { hasText: number });
const answer = (page) => page.locator('section[aria-labelledby="answer"]');
const button = (page, name) => page.getByRole('button', { name, exact: true });
const day = (distance) => new Date(Date.now() + distance * 86_400_000).toISOString().slice(0, 10);
const holds = (page, id) => page.waitForFunction((wanted) => document.activeElement.id === wanted, id);

// Both widths of a page, in the language that it is in.
async function checkBoth(visitor, name) {
  for (const viewport of [desktop, phone]) {
    await visitor.page.setViewportSize(viewport);
    await visitor.check(`${name}-${viewport.width}`);
  }
  await visitor.page.setViewportSize(visitor.options.viewport ?? phone);
}

// What the other system offers the client that these members stand for.
async function offer(site, lines) {
  const { rows } = await site.ask({
    sql: "SELECT external_id FROM portal.client c JOIN portal.account a USING (account_id) WHERE a.slug = 'brightwater' AND c.organisation_name = 'Acme Facilities Ltd'",
  });
  const whole = lines.map((line) => ({ client: rows[0][0], currency: 'GBP', issued_on: day(-10), valid_until: day(30), total: 284000, external_id: line.number, visible: true, ...line }));
  const { refused } = await site.ask({ feed: { quotes: whole } });
  assert.deepEqual(refused, { quotes: [] });
}

// Every decision that the server was sent.
function countSent(page) {
  const sent = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && /\/api\/v1\/quotes\/\d+\/decision$/.test(request.url())) sent.push(request.postDataJSON());
  });
  return sent;
}

async function openQuote(page, number) {
  await card(page, number).click();
  await page.waitForURL(/\/quotes\/\d+$/);
  await button(page, 'Accept').or(page.getByRole('heading', { level: 2, name: 'Your answer' })).first().waitFor();
}

async function arriveAsStaff(visitor) {
  const staff = await Visitor.arrive(visitor.context.browser(), visitor.account, { ...visitor.options, viewport: desktop });
  await staff.signInAsStaff(max);
  const record = async (id, body) => {
    const code = await staff.page.evaluate(
      async ([address, text]) => (await fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: text })).status,
      [`/api/v1/staff/quotes/${id}/decision`, JSON.stringify(body)],
    );
    assert.equal(code, 200);
  };
  return { record, leave: () => staff.leave() };
}

const idOf = (page) => /\/quotes\/(\d+)$/.exec(page.url())[1];

export const journeys = [
  {
    name: 'quotes: what waits stands first, one is accepted for its amount, one declined with a reason, of one changes are asked for',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page } = visitor;
      await site.ask({ sql: "UPDATE portal.member SET first_name = 'Quinn', surname = 'Moore' WHERE email = %s RETURNING 1", parameters: [at('quinn.accepts')] });
      await offer(site, [
        { number: 'QA-1', title: 'New <b>boiler</b>', description: 'One boiler, 24 kW.\nThe old one is taken away.', valid_until: day(3) },
        { number: 'QA-2', title: 'Second pump', total: 99050 },
        { number: 'QA-3', title: 'Roof', total: 5_000_000, valid_until: null },
        { number: 'QA-4', title: 'Gate', valid_until: day(-2) },
        { number: 'QA-5', title: 'Fence', superseded: true },
      ]);
      await visitor.signIn(at('quinn.accepts'));
      const sent = countSent(page);
      await page.getByRole('link', { name: 'Quotes', exact: true }).click();
      await headingHasFocus(page, 'Quotes');
      await card(page, 'QA-1').waitFor();
      assert.equal(await page.title(), 'Quotes – Brightwater');
      await said(page, /^\d+ quotes/);
      assert.match(await words(card(page, 'QA-1')), /^New <b>boiler<\/b> Waiting for your answer £2,840\.00 QA-1 · Valid until \w{3} \d+ \w+( \d+)?, 3 days left$/);
      assert.match(await words(card(page, 'QA-3')), /^Roof Waiting for your answer £50,000\.00 QA-3 · Issued \w{3} \d+ \w+$/);
      await checkBoth(visitor, 'quotes');
      await page.getByRole('link', { name: /^Closed/ }).click();
      await page.waitForURL('**/quotes?state=closed');
      await card(page, 'QA-4').locator('.status', { hasText: 'Expired' }).waitFor();
      await card(page, 'QA-5').locator('.status', { hasText: 'Replaced' }).waitFor();
      await checkBoth(visitor, 'quotes-closed');
      await card(page, 'QA-4').click();
      await answer(page).getByText('The time for an answer is over. Ask Brightwater for a new quote.').waitFor();
      assert.equal(await button(page, 'Accept').count(), 0);
      await checkBoth(visitor, 'quote-expired');
      await page.locator('.back-link').click();
      await page.waitForURL('**/quotes?state=closed');
      await page.getByRole('link', { name: /^Open/ }).click();

      // Accepted: once, for the amount that was read.
      await openQuote(page, 'QA-1');
      await headingHasFocus(page, 'New <b>boiler</b>');
      assert.match(await words(page.locator('.facts').first()), /^Amount £2,840\.00 Valid until \w{3} \d+ \w+( \d+)? 3 days left Document None yet$/);
      assert.equal(await page.locator('.plain-text').first().innerText(), 'One boiler, 24 kW.\nThe old one is taken away.');
      await checkBoth(visitor, 'quote');
      await button(page, 'Accept').click();
      const dialog = page.getByRole('dialog', { name: 'Accept quote QA-1 for £2,840.00?' });
      await dialog.getByText('You order what stands in this quote from Brightwater, for £2,840.00.').waitFor();
      await checkBoth(visitor, 'quote-accept');
      await dialog.getByRole('button', { name: 'Not yet' }).click();
      await dialog.waitFor({ state: 'detached' });
      await holds(page, 'accept');
      assert.deepEqual(sent, []);
      await button(page, 'Accept').click();
      await dialog.getByLabel('Order number or note (optional)').fill('PO-7781');
      await dialog.getByRole('button', { name: 'Accept for £2,840.00' }).dblclick();
      await status(page, 'Accepted');
      await notice(page, 'You have accepted the quote. Brightwater is told.');
      await headingHasFocus(page, 'New <b>boiler</b>');
      assert.deepEqual(sent, [{ revision: 1, decision: 'accepted', reason: 'PO-7781' }]);
      assert.match(await words(answer(page)), /^Your answer Accepted \w{3} \d+ \w+, \d+:\d\d · Quinn Moore PO-7781 Brightwater has your answer\./);
      assert.equal(await button(page, 'Decline').count(), 0);
      await checkBoth(visitor, 'quote-accepted');
      await page.locator('.back-link').click();
      await page.waitForURL('**/quotes');
      await card(page, 'QA-1').waitFor({ state: 'detached' });

      // Changes: what should change is asked for, and the quote can still be declined.
      await openQuote(page, 'QA-2');
      await button(page, 'Ask for changes').click();
      await holds(page, 'reason');
      await button(page, 'Ask for these changes').click();
      await page.locator('#reason-error').getByText('Say in a few words what should change.').waitFor();
      await checkBoth(visitor, 'quote-reason-missing');
      await page.locator('#reason').fill('é'.repeat(2001));
      await page.getByText('2,001 of 2,000 characters').waitFor();
      await button(page, 'Ask for these changes').click();
      await page.locator('#reason-error').getByText('Use at most 2,000 characters.').waitFor();
      assert.equal(sent.length, 1, 'nothing was sent');
      await page.locator('#reason').fill('Without the valve,\nplease.');
      await button(page, 'Ask for these changes').dblclick();
      await status(page, 'Changes requested');
      await notice(page, 'You have asked for changes. Brightwater is told.');
      await answer(page).getByText('You can still accept or decline the quote as it is.').waitFor();
      assert.equal(await page.locator('#reason').count(), 0);
      await checkBoth(visitor, 'quote-changes');
      await button(page, 'Decline').click();
      await page.locator('#reason').fill('Next year.');
      await button(page, 'Decline the quote').click();
      await status(page, 'Declined');
      await page.getByRole('heading', { level: 2, name: 'Earlier answers' }).waitFor();
      assert.match(await words(page.locator('section[aria-labelledby="earlier"]')), /Changes requested .* · Quinn Moore Without the valve, please\.$/);
      assert.deepEqual(sent.slice(1), [
        { revision: 1, decision: 'changes_requested', reason: 'Without the valve,\nplease.' },
        { revision: 1, decision: 'declined', reason: 'Next year.' },
      ]);
      await checkBoth(visitor, 'quote-declined');
      // Loaded anew, it begins at its beginning.
      await page.reload();
      await answer(page).getByText('Brightwater has your answer.').waitFor();
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      assert.notEqual(await page.evaluate(() => document.activeElement.id), 'answer');
      await visitor.go('/quotes?state=accepted');
      assert.match(await words(card(page, 'QA-1')), /QA-1 · Accepted \w{3} \d+ \w+ by Quinn Moore$/);
      await visitor.go('/help');
      await page.getByRole('heading', { level: 2, name: 'What is offered to you?' }).waitFor();
    },
  },
  {
    name: 'quotes: a quote that changes while it is read is shown anew, and nothing is decided about the old one',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page } = visitor;
      visitor.expectedFailures = ['net::ERR_FAILED'];
      const quote = { number: 'QB-1', title: 'Heating', description: 'As agreed.' };
      await offer(site, [quote]);
      await visitor.signIn(at('quita.reads'));
      const sent = countSent(page);
      await visitor.go('/quotes');
      await card(page, 'QB-1').waitFor();
      // Whatever reloads the page takes the mark away.
      await page.evaluate(() => (globalThis.mark = true));
      await offer(site, [{ ...quote, number: 'QB-2', title: 'Cooling' }]);
      await card(page, 'QB-2').waitFor();
      await openQuote(page, 'QB-1');

      // While the question is open: it goes, and what is new is said.
      await button(page, 'Accept').click();
      await page.locator('#note').fill('PO-1');
      await offer(site, [{ ...quote, total: 299000 }]);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await holds(page, 'quote-news');
      assert.match(await words(page.locator('#quote-news')), /This quote has changed Brightwater has changed this quote\. What you typed was not sent and is still there\. .* Amount £2,840\.00 → £2,990\.00 I have seen it$/);
      await checkBoth(visitor, 'quote-news');
      await button(page, 'Accept').click();
      await holds(page, 'quote-news');
      assert.equal(await page.getByRole('dialog').count(), 0, 'nothing is asked before the news were seen');
      await button(page, 'I have seen it').click();
      await holds(page, 'accept');
      await button(page, 'Accept').click();
      await page.getByRole('dialog', { name: 'Accept quote QB-1 for £2,990.00?' }).waitFor();
      assert.equal(await page.locator('#note').inputValue(), 'PO-1');
      await page.keyboard.press('Escape');

      // While one types: the words and the place stay.
      await button(page, 'Decline').click();
      await holds(page, 'reason');
      await page.keyboard.type('Too dear');
      await offer(site, [{ ...quote, total: 299000, description: 'As agreed, and more.' }]);
      await page.locator('#quote-news').getByText('What is offered').waitFor();
      await said(page, 'This quote has just changed.');
      await page.keyboard.type(' for us');
      assert.equal(await page.locator('#reason').inputValue(), 'Too dear for us');
      await holds(page, 'reason');
      await button(page, 'Decline the quote').click();
      await holds(page, 'quote-news');
      assert.deepEqual(sent, []);
      await button(page, 'I have seen it').click();
      await holds(page, 'reason');

      // No event told of it: the server refuses, and the same is shown.
      await page.route('**/api/v1/stream', (route) => route.abort());
      await visitor.context.setOffline(true);
      await page.locator('.banner').getByText('You are offline.').waitFor();
      await button(page, 'Decline the quote').click();
      await page.getByRole('alert').getByText('You are offline. Try again when you have a connection; nothing you typed is lost.').waitFor();
      await checkBoth(visitor, 'quote-offline');
      await page.route('**/api/v1/quotes/*', (route) => route.abort());
      await visitor.context.setOffline(false);
      await offer(site, [{ ...quote, total: 310000 }]);
      // Refused, and what is new cannot be read: that is said, and pressing again asks for it.
      await button(page, 'Decline the quote').click();
      await page.getByRole('alert').getByText('Your answer does not count, because this quote has changed or was answered meanwhile.').waitFor();
      await page.unroute('**/api/v1/quotes/*');
      await button(page, 'Decline the quote').click();
      await holds(page, 'quote-news');
      assert.equal(sent.at(-1).revision, 3);
      assert.equal(await page.locator('#reason').inputValue(), 'Too dear for us');
      await button(page, 'I have seen it').click();
      await button(page, 'Decline the quote').click();
      await status(page, 'Declined');
      assert.equal(sent.at(-1).revision, 4);
      assert.equal(await page.evaluate(() => globalThis.mark), true, 'not loaded again');
      assert.equal(await page.evaluate(() => sessionStorage.getItem('portico.quotes')), null);
    },
  },
  {
    name: 'quotes: what was typed outlives a reload, the end of the session, and a decision that came from elsewhere',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page, account } = visitor;
      const email = at('quasi.types');
      await offer(site, [{ number: 'QC-1', title: 'Lamps' }]);
      await visitor.signIn(email);
      await visitor.go('/quotes');
      await openQuote(page, 'QC-1');
      await button(page, 'Ask for changes').click();
      await page.locator('#reason').fill('Warmer light');
      await page.reload();
      await page.locator('#reason').waitFor();
      assert.equal(await page.locator('#reason').inputValue(), 'Warmer light');
      // It changes while the page is away: the form is filled about what is not offered any more.
      const { pathname } = new URL(page.url());
      await page.goto('about:blank');
      await offer(site, [{ number: 'QC-1', title: 'Lamps', total: 290000 }]);
      await visitor.go(pathname);
      await page.locator('#quote-news').getByText('What you typed was not sent and is still there.').waitFor();
      assert.equal(await page.locator('#reason').inputValue(), 'Warmer light');
      await button(page, 'Ask for these changes').click();
      await holds(page, 'quote-news');
      await button(page, 'I have seen it').click();
      await holds(page, 'reason');
      await page.reload();
      await page.locator('#reason').waitFor();
      assert.equal(await page.locator('#quote-news').count(), 0);
      await site.ask({ sql: 'UPDATE portal.session SET ended_at = now() WHERE ended_at IS NULL AND member_id = (SELECT member_id FROM portal.member WHERE email = %s LIMIT 1) RETURNING 1', parameters: [email] });
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await page.locator('#email').fill(email);
      await page.locator('#password').fill(account.members.find((member) => member.email === email).password);
      await button(page, 'Sign in').click();
      await page.locator('#reason').waitFor();
      assert.equal(await page.locator('#reason').inputValue(), 'Warmer light');

      await button(page, 'Accept').click();
      await page.locator('#note').fill('PO-8');
      await page.keyboard.press('Escape');
      const staff = await arriveAsStaff(visitor);
      await staff.record(idOf(page), { revision: 2, decision: 'accepted', method: 'phone', decided_by: 'Anna Moore', reason: 'PO-9' });
      await status(page, 'Accepted');
      assert.match(await words(answer(page)), /Accepted .* · Anna Moore · By phone, recorded by Brightwater PO-9 .* What you typed was not sent, because the quote was dealt with meanwhile: PO-8 Warmer light Discard it$/);
      await checkBoth(visitor, 'quote-unsent');
      await button(page, 'Discard it').click();
      await holds(page, 'answer');
      assert.equal(await page.getByText('What you typed was not sent').count(), 0);
      await staff.leave();
    },
  },
  {
    name: 'quotes: in Spanish and in the dark, without a mouse',
    needsOwnPortal: true,
    visitor: { viewport: desktop, locale: 'es-ES', timezone: 'Europe/Madrid', colorScheme: 'dark' },
    async run(visitor, site) {
      const { page, account } = visitor;
      const email = at('queta.decide');
      await offer(site, [{ number: 'QD-1', title: 'Toldos', currency: 'EUR', total: 123456, valid_until: day(1) }]);
      await visitor.go('/sign-in');
      await page.locator('#email').fill(email);
      await page.locator('#password').fill(account.members.find((member) => member.email === email).password);
      await page.locator('main button[type="submit"]').click();
      await page.locator('.navigation').waitFor();
      await tabAndPress(page, /^\s*Presupuestos\s*$/);
      await headingHasFocus(page, 'Presupuestos');
      await card(page, 'QD-1').waitFor();
      await checkBoth(visitor, 'quotes-es');
      await tabAndPress(page, /Toldos/);
      await headingHasFocus(page, 'Toldos');
      await button(page, 'Aceptar').waitFor();
      await checkBoth(visitor, 'quote-es');
      await tabAndPress(page, /Pedir cambios/);
      await holds(page, 'reason');
      await page.keyboard.type('Con motor, por favor.');
      await tabTo(page, /Ahora no/);
      await tabTo(page, /Pedir estos cambios/, 'Shift+Tab');
      await page.keyboard.press('Enter');
      await status(page, 'Cambios pedidos');
      await headingHasFocus(page, 'Toldos');
      await tabAndPress(page, /^\s*Aceptar\s*$/);
      const dialog = page.getByRole('dialog', { name: '¿Aceptar el presupuesto QD-1 por 1234,56 €?' });
      await dialog.waitFor();
      await checkBoth(visitor, 'quote-accept-es');
      await tabAndType(page, /Número de pedido/, 'P-1');
      await tabAndPress(page, /^\s*Aceptar por/);
      await status(page, 'Aceptado');
      await notice(page, 'Ha aceptado el presupuesto. Se ha avisado a Brightwater.');
      await checkBoth(visitor, 'quote-accepted-es');
    },
  },
  {
    name: 'quotes: whoever may not decide sees none, and what is not there says so; on a phone all pages stand in one line',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page } = visitor;
      await visitor.signIn('ruth.okafor@example.com');
      assert.equal(await page.getByRole('link', { name: 'Quotes' }).count(), 0, 'no link to what may not be seen');
      await visitor.go('/quotes');
      await page.getByRole('heading', { level: 2, name: 'You have no access to quotes' }).waitFor();
      await visitor.check('quotes-no-access-390');
      await visitor.context.clearCookies();

      await visitor.signIn(at('quim.lines'));
      await visitor.go('/quotes/999999999');
      await page.getByRole('heading', { level: 1, name: 'This quote is not here' }).waitFor();
      await visitor.check('quote-missing-390');
      await visitor.go('/account');
      const navigation = page.getByRole('navigation', { name: 'Main pages' });
      const more = (wanted) => page.waitForFunction((sides) => document.querySelector('.navigation').dataset.more === sides, wanted);
      const line = () => navigation.evaluate((element) => element.offsetHeight);
      assert.equal(await navigation.getByRole('link').count(), 6);
      await more('before');
      assert.ok((await line()) < 60, 'one line');
      await visitor.check('navigation-end-390');
      await visitor.go('/');
      await more('after');
      await visitor.check('navigation-start-390');
      // The keyboard brings each into view.
      await navigation.getByRole('link', { name: 'Jobs' }).focus();
      for (const name of ['Documents', 'Quotes', 'Invoices', 'Requests', 'Account']) {
        await page.keyboard.press('Tab');
        const [text, left, right] = await page.evaluate(() => {
          const { left: from, right: to } = document.activeElement.getBoundingClientRect();
          return [document.activeElement.innerText, from, to];
        });
        assert.equal(text, name);
        assert.ok(left >= 0 && right <= phone.width, `${name} is in view, from ${left} to ${right}`);
      }
      await page.setViewportSize(desktop);
      await more(undefined);
      assert.ok((await line()) < 60, 'one line');
    },
  },
];
