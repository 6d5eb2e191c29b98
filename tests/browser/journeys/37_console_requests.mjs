// What clients ask for, in the console: found, answered, and never answered over what somebody else has said meanwhile (C8).
import assert from 'node:assert/strict';
import { desktop, phone, Visitor } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();
const go = (page, name) => page.getByRole('navigation').first().getByRole('link', { name, exact: true }).click();
const facts = async (page) => (await page.locator('main .facts').first().locator('.fact').allInnerTexts()).map((fact) => fact.replace(/\s*\n\s*/, ': '));

// A user who may ask for work, and does.
async function ask(visitor, requests) {
  const member = await Visitor.arrive(visitor.context.browser(), visitor.account, { ...visitor.options, locale: 'en-GB', viewport: desktop });
  await member.signIn('rae.requests@acme.example.com');
  const asked = [];
  for (const request of requests) asked.push(await member.page.evaluate(send, ['POST', '/api/v1/work-requests', request]));
  return { member, asked };
}

// Runs in the page, with the cookie of whoever is signed in there.
async function send([method, path, body]) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function colleague(visitor, email) {
  const other = await Visitor.arrive(visitor.context.browser(), visitor.account, visitor.options);
  await other.signInAsStaff(email);
  return other;
}

// Made when it is asked for: a day that has passed cannot be wished for. Of another year, so that it is written out.
const nextYear = () => `${new Date().getUTCFullYear() + 1}-03-02`;
const weekdayOf = (day) => new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' }).format(new Date(day));

export const journeys = [
  {
    name: 'console: a request comes in, is found, answered with a job, and the user reads it',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      const { member, asked } = await ask(visitor, [
        { subject: 'Tap in the attic drips', notes: 'Since Monday.\nThe key is at the reception.', preferred_date: nextYear(), preferred_time: '09:30' },
        { subject: 'Second boiler for the annexe' },
      ]);
      await visitor.signInAsStaff('rita.requests@brightwater.example.com');
      await page.getByText(/^\d+ new requests? waits? for an answer\.$/).waitFor();
      await visitor.check('console-overview-requests');
      await page.getByRole('link', { name: 'Look at requests' }).click();
      await heading(page, 'Requests');
      await page.waitForURL('**/console/requests?state=submitted');
      const table = page.getByRole('table', { name: 'Requests' });
      await table.getByRole('row', { name: /Tap in the attic drips/ }).getByText('New').waitFor();
      const groups = page.getByRole('navigation', { name: 'Requests by state' });
      const count = async (name) => Number(await groups.getByRole('link', { name: new RegExp(`^${name}`) }).locator('.count').innerText());
      assert.ok((await count('New')) >= 2 && (await count('Open')) >= (await count('New')));
      await visitor.check('console-requests');

      // By words, by its number, and by the client.
      await page.getByLabel('Search requests').fill('attic');
      await page.waitForURL(/[?&]q=attic/);
      await visitor.settle();
      await table.getByRole('row', { name: /Second boiler/ }).waitFor({ state: 'detached' });
      await page.getByLabel('Search requests').fill(String(asked[1].number));
      await table.getByRole('row', { name: /Second boiler/ }).waitFor();
      await page.getByLabel('Search requests').fill('nobody asked for this');
      await page.getByRole('heading', { level: 2, name: 'No request matches' }).waitFor();
      await visitor.check('console-requests-nothing-found');
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('button', { name: 'Client: All' }).click();
      const picker = page.getByRole('dialog', { name: 'Whose requests?' });
      await picker.getByLabel('Search clients').fill('harbour hotels');
      await picker.getByRole('button', { name: /^Harbour Hotels Group/ }).waitFor();
      await visitor.check('console-requests-of-whom');
      await picker.getByRole('button', { name: /^Harbour Hotels Group/ }).click();
      await page.waitForURL(/[?&]client_id=\d+/);
      await page.getByRole('button', { name: /not only of: Harbour Hotels Group/ }).waitFor();
      await visitor.settle();
      assert.equal(await page.getByText('Tap in the attic drips').count(), 0);
      await page.getByRole('button', { name: /not only of: Harbour Hotels Group/ }).click();
      await page.getByLabel('State', { exact: true }).selectOption({ label: 'Open' });
      await page.waitForURL(/[?&]state=open/);

      await table.getByRole('link', { name: /Tap in the attic drips/ }).click();
      await heading(page, `#${asked[0].number} Tap in the attic drips`);
      const shown = await facts(page);
      for (const fact of ['State: New', /^Client: /, /^Asked by: rae\.requests@/, `Wished for: ${weekdayOf(nextYear())} 2 Mar ${nextYear().slice(0, 4)}, 9:30`, 'Notes: Since Monday.\nThe key is at the reception.']) {
        assert.ok(shown.some((text) => (typeof fact === 'string' ? text === fact : fact.test(text))), `${fact} in ${JSON.stringify(shown)}`);
      }
      const form = page.getByRole('form', { name: 'Answer' });
      await form.getByRole('radio', { name: /^Declined/ }).check();
      await form.getByRole('button', { name: 'Save the answer' }).click();
      await form.locator('#reply-error').waitFor();
      await visitor.check('console-request-wrong');

      await form.getByRole('radio', { name: /^Planned/ }).check();
      await form.getByRole('textbox', { name: 'Reply' }).fill('We come on Tuesday at half past nine.');
      await form.getByLabel('Number of the job').fill('NO-SUCH-JOB');
      await form.getByRole('button', { name: 'Save the answer' }).click();
      await form.locator('#job_number-error').getByText('has no job with this number.').waitFor();
      const { rows } = await site.ask({
        sql: `SELECT j.number FROM portal.job j JOIN portal.work_request r ON r.account_id = j.account_id AND r.client_id = j.client_id
              WHERE r.work_request_id = %s ORDER BY j.job_id LIMIT 1`,
        parameters: [asked[0].id],
      });
      await form.getByLabel('Number of the job').fill(String(rows[0][0]));
      await form.getByRole('button', { name: 'Save the answer' }).click();
      await notice(page, 'The answer is saved.');
      const answered = await facts(page);
      for (const fact of ['State: Planned', 'Reply: We come on Tuesday at half past nine.', `Job: #${rows[0][0]}`]) assert.ok(answered.includes(fact), `${fact} in ${JSON.stringify(answered)}`);
      await visitor.check('console-request-answered');

      const read = await member.page.evaluate(send, ['GET', `/api/v1/work-requests/${asked[0].id}`]);
      assert.deepEqual([read.state, read.reply], ['scheduled', 'We come on Tuesday at half past nine.']);
      await go(page, 'Activity');
      await heading(page, 'Activity');
      const row = page.getByRole('table', { name: 'Activity' }).getByRole('row', { name: /Answered a request/ }).first();
      await row.getByText(/^Rita/).waitFor();
      await page.getByRole('table', { name: 'Activity' }).getByText('Asked for work').first().waitFor();
      await member.leave();
    },
  },
  {
    name: 'console: what a colleague or the client has changed meanwhile is shown, and nothing that was typed is lost',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      const { member, asked } = await ask(visitor, [{ subject: 'Door that does not close' }, { subject: 'Lamp over the stairs' }]);
      const [door, lamp] = asked;
      const other = await colleague(visitor, 'rory.requests@brightwater.example.com');
      await visitor.signInAsStaff('rita.requests@brightwater.example.com');
      await visitor.go(`/console/requests/${door.id}`);
      await heading(page, `#${door.number} Door that does not close`);
      const form = page.getByRole('form', { name: 'Answer' });
      await form.getByRole('radio', { name: /^Done/ }).check();
      await form.getByRole('textbox', { name: 'Reply' }).fill('Typed for a long time.');
      await other.page.evaluate(send, ['PATCH', `/api/v1/staff/work-requests/${door.id}`, { former_state: 'submitted', state: 'acknowledged', reply: 'Seen by Rory.' }]);
      await form.getByRole('button', { name: 'Save the answer' }).click();
      const news = page.getByRole('alert').filter({ hasText: 'Somebody else has changed this request' });
      await news.getByText('New → Seen').waitFor();
      await news.getByText('none → Seen by Rory.').waitFor();
      assert.ok(await news.evaluate((panel) => panel === document.activeElement), 'the news have the focus');
      assert.equal(await form.getByRole('textbox', { name: 'Reply' }).inputValue(), 'Typed for a long time.');
      assert.equal(await form.getByRole('radio', { name: /^Done/ }).isChecked(), true);
      await visitor.check('console-request-conflict');
      assert.equal((await other.page.evaluate(send, ['GET', `/api/v1/staff/work-requests/${door.id}`])).reply, 'Seen by Rory.');
      await news.getByRole('button', { name: 'I have seen it' }).click();
      await news.waitFor({ state: 'detached' });
      await form.getByRole('button', { name: 'Save the answer' }).click();
      await notice(page, 'The answer is saved.');
      const { state, reply } = await other.page.evaluate(send, ['GET', `/api/v1/staff/work-requests/${door.id}`]);
      assert.deepEqual([state, reply], ['completed', 'Typed for a long time.']);

      // The client takes it back while somebody answers.
      await visitor.go(`/console/requests/${lamp.id}`);
      await form.getByRole('textbox', { name: 'Reply' }).fill('We bring a new one.');
      await member.page.evaluate(send, ['PATCH', `/api/v1/work-requests/${lamp.id}`, { state: 'cancelled' }]);
      await form.getByRole('button', { name: 'Save the answer' }).click();
      await news.getByText('New → Cancelled').waitFor();
      assert.equal(await form.getByRole('textbox', { name: 'Reply' }).inputValue(), 'We bring a new one.');
      assert.equal(await form.getByRole('button', { name: 'Save the answer' }).count(), 0);
      await visitor.check('console-request-cancelled-meanwhile');
      await form.getByRole('button', { name: 'Discard the changes' }).click();
      await page.getByText('The client has cancelled this request, so it cannot be answered any more.').waitFor();
      assert.equal(await form.count(), 0);
      await member.leave();
      await other.leave();
    },
  },
  {
    name: 'console: a viewer reads requests and answers none, and what is not there says so',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      const { member, asked } = await ask(visitor, [{ subject: 'Gutter above the door' }]);
      await visitor.signInAsStaff('vera.views@brightwater.example.com');
      await go(page, 'Requests');
      await heading(page, 'Requests');
      await page.getByRole('link', { name: /Gutter above the door/ }).click();
      await heading(page, `#${asked[0].number} Gutter above the door`);
      await page.getByText('Managers and owners answer requests.').waitFor();
      assert.equal(await page.locator('main form').count(), 0);
      await visitor.check('console-request-viewer');
      await visitor.go('/console/requests/999999999');
      await page.getByRole('heading', { level: 2, name: 'This request is not here' }).waitFor();
      await visitor.check('console-request-missing');
      await member.leave();
    },
  },
  {
    name: 'console: one chooses for oneself whether mail about requests comes, and owners for everybody',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('rory.requests@brightwater.example.com');
      await visitor.go('/console/account');
      const own = page.getByRole('switch', { name: /Email about requests/ });
      await own.click();
      await page.waitForFunction(() => document.getElementById('announcer').textContent.includes('You get email about requests.'));
      await page.reload();
      assert.equal(await own.isChecked(), true);
      await visitor.check('console-account-requests');
      // Managers see who gets it and change nothing.
      await visitor.go('/console/settings');
      await page.getByRole('table', { name: 'Staff' }).waitFor();
      assert.equal(await page.getByRole('table', { name: 'Staff' }).getByRole('switch').count(), 0);

      const owner = await colleague(visitor, 'olivia@brightwater.example.com');
      await owner.go('/console/settings');
      const rory = owner.page.getByRole('switch', { name: /Rory/ });
      await rory.waitFor();
      assert.equal(await rory.isChecked(), true);
      await rory.click();
      await owner.page.waitForFunction(() => document.getElementById('announcer').textContent.includes('Rory gets no email about requests any more.'));
      await owner.check('console-settings-requests');
      await page.reload();
      await page.getByRole('row', { name: /Rory/ }).getByText('Off', { exact: true }).waitFor();
      await owner.leave();
    },
  },
  {
    name: 'console: requests in Spanish on a phone, also as the user sees them',
    needsOwnPortal: true,
    visitor: { viewport: phone, locale: 'es-ES', timezone: 'Europe/Madrid' },
    async run(visitor) {
      const { page } = visitor;
      const { member, asked } = await ask(visitor, [{ subject: 'La persiana del despacho', notes: 'No baja del todo.', preferred_date: nextYear() }]);
      await visitor.signInAsStaff('rita.requests@brightwater.example.com');
      await visitor.go('/console/requests');
      await heading(page, 'Solicitudes');
      await page.getByRole('link', { name: /La persiana del despacho/ }).waitFor();
      await visitor.check('console-requests-es');
      await page.getByRole('link', { name: /La persiana del despacho/ }).click();
      await heading(page, `#${asked[0].number} La persiana del despacho`);
      const form = page.getByRole('form', { name: 'Responder' });
      await form.getByRole('radio', { name: /^Vista/ }).check();
      await form.getByText('Hay cambios sin guardar').waitFor();
      await visitor.check('console-request-es');
      await form.getByRole('button', { name: 'Guardar la respuesta' }).click();
      await notice(page, 'La respuesta está guardada.');
      // The same words as on the page of whoever asked.
      await visitor.go('/console/users?q=rae.requests');
      await page.getByRole('button', { name: /^Ver como este usuario/ }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Por qué mira').fill('Preguntó por su solicitud');
      await dialog.getByRole('button', { name: 'Mirar' }).click();
      const request = dialog.getByRole('button', { name: /La persiana del despacho/ });
      await request.getByText(/^Vista · /).waitFor();
      await request.click();
      await dialog.getByText('No baja del todo.').waitFor();
      await visitor.check('console-view-request-es');
      await dialog.getByRole('button', { name: 'Volver a la lista' }).click();
      await page.waitForFunction(() => document.activeElement.innerText.includes('La persiana del despacho'));
      await member.leave();
    },
  },
];
