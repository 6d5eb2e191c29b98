// Who may ask for work (C8) writes what is to be done, sees what becomes of it, and takes it back; a wish stays a wish.
import assert from 'node:assert/strict';
import { Visitor, desktop, phone } from '../visitor.mjs';
import { headingHasFocus, tabAndPress, tabAndType, tabTo } from '../keyboard.mjs';

const at = (name) => `${name}@acme.example.com`;
const max = 'max.appears@brightwater.example.com';
const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const said = (page, text) => page.locator('#announcer').getByText(text).first().waitFor({ state: 'attached' });
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();
const status = (page, word) => page.locator('.job-head .status', { hasText: word }).waitFor();
const fact = (page, label) => page.locator('.fact', { has: page.locator('dt', { hasText: label }) }).locator('dd');
const idOf = (page) => /\/requests\/(\d+)$/.exec(page.url())[1];
const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text);

// Both widths of a page, in the language that it is in.
async function checkBoth(visitor, name) {
  await visitor.page.setViewportSize(desktop);
  await visitor.check(`${name}-1280`);
  await visitor.page.setViewportSize(phone);
  await visitor.check(`${name}-390`);
}

// Every request that the server was sent.
function countSent(page) {
  const sent = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname === '/api/v1/work-requests') sent.push(request.postDataJSON());
  });
  return sent;
}

async function arriveAsStaff(visitor) {
  const staff = await Visitor.arrive(visitor.context.browser(), visitor.account, { ...visitor.options, viewport: desktop });
  await staff.signInAsStaff(max);
  const answer = async (id, change) => {
    const status = await staff.page.evaluate(
      async ([address, body]) => (await fetch(address, { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body })).status,
      [`/api/v1/staff/work-requests/${id}`, JSON.stringify(change)],
    );
    assert.equal(status, 200);
  };
  return { answer, leave: () => staff.leave() };
}

// How many of the client's requests have this subject.
const countOf = (page, subject) =>
  page.evaluate(async (wanted) => (await (await fetch('/api/v1/work-requests?limit=100')).json()).items.filter((one) => one.subject === wanted).length, subject);

// The server does what it is asked, but its answer never arrives.
async function loseAnswer(page, path) {
  const session = await page.context().newCDPSession(page);
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `*/api/v1${path}`, requestStage: 'Response' }] });
  session.once('Fetch.requestPaused', async ({ requestId }) => {
    await session.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' });
    await session.detach();
  });
}

// A day of the business's that is so many days off.
const dayAhead = (page, days) =>
  page.locator('#preferred_date').evaluate((field, ahead) => new Date(Date.parse(`${field.min}T00:00Z`) + ahead * 86_400_000).toISOString().slice(0, 10), days);

export const journeys = [
  {
    name: 'requests: a wish is sent once, answered while it is looked at, and taken back',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(at('rita.asks'));
      await page.getByRole('link', { name: 'Requests', exact: true }).click();
      await headingHasFocus(page, 'Requests');
      await visitor.settle();
      await page.locator('.card', { hasText: 'Planned' }).first().waitFor();
      await said(page, /^\d+ requests$/);
      await checkBoth(visitor, 'requests');
      await page.getByRole('link', { name: 'Closed', exact: true }).click();
      await page.waitForURL('**/requests?state=closed');
      for (const word of ['Done', 'Declined', 'Cancelled']) await page.locator('.card .status', { hasText: word }).first().waitFor();
      await checkBoth(visitor, 'requests-closed');

      // Of a colleague: the answer and the job it became, and nothing to take back.
      await page.getByRole('link', { name: 'Open', exact: true }).click();
      await page.locator('.card', { hasText: 'Planned' }).first().click();
      await status(page, 'Planned');
      await visitor.settle();
      assert.match(await page.locator('.job').innerText(), /sent .* by Sam/);
      assert.equal(await page.getByRole('button', { name: 'Cancel this request' }).count(), 0);
      await checkBoth(visitor, 'request-planned');
      await fact(page, 'Job').getByRole('link').click();
      await page.waitForURL('**/jobs/*');
      await page.goBack();
      await status(page, 'Planned');
      await page.getByRole('link', { name: 'Requests' }).last().click();
      await page.waitForURL('**/requests');

      await page.getByRole('link', { name: 'New request' }).click();
      await headingHasFocus(page, 'New request');
      await visitor.settle();
      assert.ok(await page.title().then((title) => title.startsWith('New request')));
      await page.getByText('This is a wish. Brightwater will confirm a date.').waitFor();
      await checkBoth(visitor, 'new-request');

      // What is wrong stands next to the fields and is summed up; nothing is sent and nothing is lost.
      const sent = countSent(page);
      await page.getByLabel('Details (optional)').fill('The key is at the reception.');
      await page.getByLabel('Time', { exact: true }).fill('09:30');
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.waitForFunction(() => document.activeElement.getAttribute('role') === 'alert');
      await page.locator('#subject-error').getByText('Say in a few words what it is about.').waitFor();
      await page.locator('#preferred_date-error').getByText('Choose a day for this time, too.').waitFor();
      await checkBoth(visitor, 'new-request-errors');
      await page.getByRole('alert').getByRole('link', { name: /^Say in a few words/ }).click();
      assert.equal(await page.evaluate(() => document.activeElement.id), 'subject');
      await page.getByLabel('What is it about?').fill('The boiler <b>drips</b> & hisses');
      const [day, tooLate] = [await dayAhead(page, 3), await dayAhead(page, 731)];
      assert.ok(isDay(day));
      await page.getByLabel('Day', { exact: true }).fill(tooLate);
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.locator('#preferred_date-error').getByText('Choose today or a later day').waitFor();
      assert.equal(await page.getByLabel('Details (optional)').inputValue(), 'The key is at the reception.');
      await page.getByLabel('Day', { exact: true }).fill(day);
      const site = page.getByRole('combobox', { name: 'Where? (optional)' });
      await site.selectOption({ index: 1 });
      const place = await site.evaluate((choice) => choice.selectedOptions[0].textContent);
      assert.deepEqual(sent, []);
      await page.getByRole('button', { name: 'Send request' }).dblclick();
      await headingHasFocus(page, 'The boiler <b>drips</b> & hisses');
      await notice(page, 'Your request is sent. Brightwater answers here.');
      await status(page, 'Sent');
      assert.equal(sent.length, 1, 'once, however often one presses');
      const { site_id: siteId, ...rest } = sent[0];
      assert.deepEqual(rest, { subject: 'The boiler <b>drips</b> & hisses', notes: 'The key is at the reception.', preferred_date: day, preferred_time: '09:30' });
      assert.match(siteId, /^\d+$/);
      assert.equal(await countOf(page, rest.subject), 1);
      assert.equal(await fact(page, 'Site').innerText(), place);
      assert.match(await fact(page, 'Wish').innerText(), /9:30\s+This is a wish\. Brightwater will confirm a date\./);
      assert.equal(await fact(page, 'Answer').innerText(), 'None yet. Brightwater answers here.');
      await checkBoth(visitor, 'request-sent');
      // Back leads to the list and not into the form that was sent.
      const id = idOf(page);
      await page.goBack();
      await page.waitForURL('**/requests');
      await page.locator(`#request-${id}`).click();
      await status(page, 'Sent');
      await visitor.settle();

      // Staff answer, and the open page shows it.
      const staff = await arriveAsStaff(visitor);
      await page.evaluate(() => (globalThis.mark = true));
      await staff.answer(id, { former_state: 'submitted', state: 'acknowledged', reply: 'We call you\ntomorrow.' });
      await status(page, 'Seen');
      assert.equal(await fact(page, 'Answer').innerText(), 'We call you\ntomorrow.');
      await said(page, 'This request has just changed.');
      await page.locator('.updated').waitFor();
      await checkBoth(visitor, 'request-seen');

      // Asked once, and kept where one thinks better of it.
      const cancel = page.getByRole('button', { name: 'Cancel this request' });
      await cancel.click();
      const dialog = page.getByRole('dialog', { name: 'Cancel “The boiler <b>drips</b> & hisses”?' });
      await dialog.waitFor();
      await visitor.check('request-cancel-390');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await page.waitForFunction(() => document.activeElement.textContent === 'Cancel this request');
      await cancel.click();
      await dialog.getByRole('button', { name: 'Keep it' }).click();
      await status(page, 'Seen');
      await cancel.click();
      await dialog.getByRole('button', { name: 'Cancel the request' }).dblclick();
      await status(page, 'Cancelled');
      await notice(page, 'The request is cancelled. Brightwater is told.');
      await headingHasFocus(page, 'The boiler <b>drips</b> & hisses');
      assert.equal(await cancel.count(), 0);
      assert.equal(await page.evaluate(() => globalThis.mark), true, 'not loaded again');
      await checkBoth(visitor, 'request-cancelled');

      await page.getByRole('link', { name: 'Requests' }).last().click();
      await page.waitForURL('**/requests');
      await page.locator('.card').first().waitFor();
      assert.equal(await page.locator(`#request-${id}`).count(), 0);
      await staff.leave();
    },
  },
  {
    name: 'requests: the list changes by itself, and who takes back too late is told',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(at('ronja.late'));
      await visitor.go('/requests/new');
      await page.getByLabel('What is it about?').fill('A pane is broken');
      await page.getByRole('button', { name: 'Send request' }).click();
      await status(page, 'Sent');
      const id = idOf(page);
      await page.getByRole('link', { name: 'Requests' }).last().click();
      const card = page.locator(`#request-${id}`);
      await card.waitFor();
      await visitor.settle();
      await page.waitForTimeout(700);
      await card.focus();
      const staff = await arriveAsStaff(visitor);
      await staff.answer(id, { former_state: 'submitted', state: 'acknowledged' });
      await card.locator('.status', { hasText: 'Seen' }).waitFor();
      await card.getByText('Updated just now').waitFor();
      await said(page, '1 request has just changed');
      assert.equal(await page.evaluate(() => document.activeElement.id), `request-${id}`);
      await visitor.check('requests-live-390');

      await card.click();
      await page.getByRole('button', { name: 'Cancel this request' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await staff.answer(id, { former_state: 'acknowledged', state: 'scheduled', reply: 'We come on Friday.' });
      await page.locator('.job').getByText('We come on Friday.').waitFor();
      await dialog.getByRole('button', { name: 'Cancel the request' }).click();
      await notice(page, 'This request has changed meanwhile and cannot be cancelled here any more.');
      await status(page, 'Planned');
      await headingHasFocus(page, 'A pane is broken');
      assert.equal(await page.getByRole('button', { name: 'Cancel this request' }).count(), 0);
      await visitor.check('request-late-390');
      await staff.leave();
    },
  },
  {
    name: 'requests: what was typed outlives a cut network, a reload, a lost answer and the end of the session',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page, context, account } = visitor;
      visitor.expectedFailures = ['net::ERR_CONNECTION_RESET'];
      const email = at('rosa.cuts');
      const subject = () => page.getByLabel('What is it about?');
      const send = () => page.getByRole('button', { name: 'Send request' });
      const sent = countSent(page);
      await visitor.signIn(email);
      await visitor.go('/requests/new');
      await subject().fill('No light in the cellar');
      await page.getByLabel('Details (optional)').fill('Since the storm.');
      await context.setOffline(true);
      await page.locator('.banner').getByText('You are offline.').waitFor();
      await send().click();
      await page.getByRole('alert').getByText('You are offline. Try again when you have a connection; nothing you typed is lost.').waitFor();
      assert.equal(await subject().inputValue(), 'No light in the cellar');
      await visitor.check('new-request-offline-390');
      // What is changed afterwards is kept, too.
      await subject().fill('No light in the whole cellar');
      await context.setOffline(false);
      await page.reload();
      await page.getByText('This is what you typed last time.').waitFor();
      assert.equal(await subject().inputValue(), 'No light in the whole cellar');
      assert.equal(await page.getByLabel('Details (optional)').inputValue(), 'Since the storm.');
      await checkBoth(visitor, 'new-request-draft');
      assert.equal(await countOf(page, 'No light in the whole cellar'), 0);

      // The session ends while one types: signing in leads back to the form.
      await site.ask({ sql: 'UPDATE portal.session SET ended_at = now() WHERE ended_at IS NULL AND member_id = (SELECT member_id FROM portal.member WHERE email = %s LIMIT 1) RETURNING 1', parameters: [email] });
      await heading(page, 'Sign in');
      await page.locator('#email').fill(email);
      await page.locator('#password').fill(account.members.find((member) => member.email === email).password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'New request');
      assert.equal(await subject().inputValue(), 'No light in the whole cellar');

      // The request is made and nobody hears of it: the second press makes no second one.
      sent.length = 0;
      await loseAnswer(page, '/work-requests');
      await send().click();
      await page.getByRole('alert').getByText('Press the button again: the request is sent only once.').waitFor();
      assert.equal(await subject().inputValue(), 'No light in the whole cellar');
      await send().click();
      await heading(page, 'No light in the whole cellar');
      assert.equal(sent.length, 2);
      assert.equal(await countOf(page, 'No light in the whole cellar'), 1);

      // What was sent is no draft any more; what was not goes with whoever signs out.
      await visitor.go('/requests/new');
      await heading(page, 'New request');
      assert.equal(await subject().inputValue(), '');
      await subject().fill('Something private');
      await context.setOffline(true);
      await send().click();
      await page.getByRole('alert').getByText('You are offline.').first().waitFor();
      await context.setOffline(false);
      await page.reload();
      await page.getByText('This is what you typed last time.').waitFor();
      await page.getByRole('button', { name: 'Clear the form' }).click();
      assert.equal(await subject().inputValue(), '');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'subject');
      assert.equal(await page.getByText('This is what you typed last time.').count(), 0);
      await subject().fill('Something private');
      await context.setOffline(true);
      await send().click();
      await page.getByRole('alert').getByText('You are offline.').first().waitFor();
      await context.setOffline(false);
      assert.match(await page.evaluate(() => JSON.stringify(sessionStorage)), /Something private/);
      await page.getByRole('button', { name: /^Your account/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await heading(page, 'Sign in');
      assert.doesNotMatch(await page.evaluate(() => JSON.stringify(sessionStorage)), /Something private/);
    },
  },
  {
    name: 'requests: too many in a day, and a site that went away, are said where they belong',
    async run(visitor) {
      const { page } = visitor;
      const answer = (status, body, headers = {}) =>
        page.route('**/api/v1/work-requests', (route) =>
          route.request().method() === 'POST' ? route.fulfill({ status, headers, contentType: 'application/problem+json', body: JSON.stringify({ status, ...body }) }) : route.continue(),
        );
      await visitor.signIn('alex.morgan@acme.example.com');
      await visitor.go('/requests/new');
      await page.getByLabel('What is it about?').fill('One more');
      await answer(429, { code: 'too_many_requests' }, { 'Retry-After': '7200' });
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.getByRole('alert').getByText('You have sent many requests in a day. Send the next one in 2 hours, or call Brightwater.').waitFor();
      await page.unroute('**/api/v1/work-requests');
      await answer(400, { code: 'invalid_field', errors: [{ pointer: '/site_id', code: 'unknown_id' }, { pointer: '/subject', code: 'invalid' }] });
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.locator('#site_id-error').getByText('This site is not there any more. Choose another.').waitFor();
      await page.locator('#subject-error').getByText('Check this.').waitFor();
      await visitor.check('new-request-refused-390');
      await page.getByRole('alert').getByRole('link', { name: /^This site/ }).click();
      assert.equal(await page.evaluate(() => document.activeElement.id), 'site_id');
    },
  },
  {
    name: 'requests: in Spanish and in the dark, without a mouse',
    needsOwnPortal: true,
    visitor: { viewport: desktop, locale: 'es-ES', timezone: 'America/Bogota', colorScheme: 'dark' },
    async run(visitor) {
      const { page, account } = visitor;
      const email = at('rafa.pide');
      await visitor.go('/sign-in');
      await heading(page, 'Iniciar sesión');
      await tabAndType(page, /Correo electrónico/, email);
      await tabAndType(page, /Contraseña/, account.members.find((member) => member.email === email).password);
      await page.keyboard.press('Enter');
      await headingHasFocus(page, 'Trabajos');
      await visitor.settle();
      await tabTo(page, /^\s*Solicitudes/, 'Shift+Tab');
      await page.keyboard.press('Enter');
      await headingHasFocus(page, 'Solicitudes');
      await visitor.settle();
      await checkBoth(visitor, 'requests-es-dark');
      await page.setViewportSize(desktop);
      await tabAndPress(page, /Nueva solicitud/);
      await headingHasFocus(page, 'Nueva solicitud');
      await visitor.settle();
      // The reader's clock is another one.
      await page.getByText(/^Las horas indicadas corresponden a la /).waitFor();
      await tabAndPress(page, /Enviar la solicitud/);
      await page.waitForFunction(() => document.activeElement.getAttribute('role') === 'alert');
      await page.locator('#subject-error').getByText('Diga en pocas palabras de qué se trata.').waitFor();
      await checkBoth(visitor, 'new-request-es-dark');
      await page.setViewportSize(desktop);
      await tabAndPress(page, /Diga en pocas palabras/);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'subject');
      await page.keyboard.type('El portón no cierra');
      await tabTo(page, /¿Dónde\?/);
      await page.keyboard.press('ArrowDown');
      await tabAndType(page, /Detalles/, 'Desde ayer.');
      await tabTo(page, /Día/);
      const day = await dayAhead(page, 400);
      const year = day.slice(0, 4);
      await page.keyboard.type('0101');
      await page.keyboard.press('Enter');
      await page.locator('#preferred_date-error').getByText('El día no está completo. Complételo o bórrelo.').waitFor();
      await page.locator('#preferred_date').fill(day);
      await page.locator('#preferred_date').focus();
      await page.keyboard.press('Enter');
      await headingHasFocus(page, 'El portón no cierra');
      await notice(page, 'Su solicitud está enviada. Brightwater responde aquí.');
      await status(page, 'Enviada');
      assert.match(await fact(page, 'Deseo').innerText(), new RegExp(`${year}[\\s\\S]*Esto es un deseo\\. Brightwater confirmará una fecha\\.`));
      await checkBoth(visitor, 'request-es-dark');
      await page.setViewportSize(desktop);

      await tabAndPress(page, /Cancelar esta solicitud/);
      await page.getByRole('dialog', { name: '¿Cancelar «El portón no cierra»?' }).waitFor();
      await visitor.check('request-cancel-es-dark-1280');
      await tabAndPress(page, /Cancelar la solicitud/);
      await status(page, 'Cancelada');
      await headingHasFocus(page, 'El portón no cierra');
      await page.getByRole('contentinfo').getByRole('link', { name: 'Ayuda' }).click();
      await page.getByRole('heading', { level: 2, name: '¿Necesita que se haga algo?' }).waitFor();
    },
  },
  {
    name: 'requests: nothing of them for who may not ask for work',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn('ruth.okafor@example.com');
      assert.equal(await page.getByRole('link', { name: 'Requests', exact: true }).count(), 0);
      for (const path of ['/requests', '/requests/new']) {
        await visitor.go(path);
        await page.getByRole('heading', { level: 2, name: 'You have no access to requests' }).waitFor();
        await visitor.check(path === '/requests' ? 'requests-no-access-390' : 'new-request-no-access-390');
      }
      await visitor.go('/requests/1');
      await heading(page, 'This request is not here');
      await page.getByRole('link', { name: 'To your requests' }).waitFor();
      await visitor.check('request-not-found-390');
      await visitor.go('/help');
      await heading(page, 'Help');
      assert.equal(await page.getByRole('heading', { level: 2, name: 'Something to be done?' }).count(), 0);
    },
  },
];
