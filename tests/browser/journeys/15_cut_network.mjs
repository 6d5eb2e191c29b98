// The network goes away in the middle of each form: nothing that was typed is lost, the page says so, and the same button works once it is
// back, with one change made. And the worse case: the change is made and the answer is lost, so that the button is pressed again.
import assert from 'node:assert/strict';

const secret = 'nine quiet orange boats';
const passwordOf = ({ account }, email) => account.members.find((member) => member.email === email).password;
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const typed = (page) => page.locator('main input:not([hidden])').evaluateAll((fields) => fields.map(({ id, value }) => [id, value]));

async function open(visitor, address) {
  await visitor.page.goto('about:blank');
  await visitor.go(address);
}

// Every change that the server has answered.
function countChanges(page) {
  const seen = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.request().method() !== 'GET') seen.push(`${response.request().method()} ${pathname.replace('/api/v1', '')}`);
  });
  return seen;
}

// Presses `button` without a network, looks that nothing is lost, and presses it again with one. `change` is what has to happen once.
async function cut(visitor, { button, change, done, kept = true }) {
  const { page, context } = visitor;
  const seen = countChanges(page);
  const before = await typed(page);
  await context.setOffline(true);
  await button().click();
  await page.getByRole('alert').getByText(/You are offline\. Try again when you have a connection; nothing you typed is lost\./).first().waitFor();
  if (kept) assert.deepEqual(await typed(page), before, 'nothing is lost');
  assert.deepEqual(seen, []);
  await context.setOffline(false);
  // Impatience makes no second change.
  await button().dblclick();
  await done();
  assert.deepEqual(seen, [change]);
}

// The server does what it is asked, but its answer never arrives: the browser drops it.
async function loseAnswer(page, path) {
  const session = await page.context().newCDPSession(page);
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `*/api/v1${path}`, requestStage: 'Response' }] });
  session.once('Fetch.requestPaused', async ({ requestId }) => {
    await session.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' });
    await session.detach();
  });
}

export const journeys = [
  {
    name: 'cut: signing in and out, and the client switched in between',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      const email = 'cut.hats@acme.example.com';
      await visitor.go('/sign-in');
      await page.getByLabel('Email', { exact: true }).fill(email);
      await page.getByLabel('Password', { exact: true }).fill(passwordOf(visitor, email));
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Sign in' }), change: 'POST /session', done: () => heading(page, 'Jobs') });
      await visitor.settle();
      const first = await page.locator('.client-name').innerText();
      const other = first === 'Acme Facilities Ltd' ? 'Harbour Hotels Group' : 'Acme Facilities Ltd';
      await page.getByRole('button', { name: /Choose another/ }).click();
      const choice = () => page.getByRole('button', { name: other, exact: true });
      const switched = () => page.locator('#notice').getByText(`You are now looking at ${other}.`).waitFor();
      await cut(visitor, { button: choice, change: 'PUT /session/membership', done: switched, kept: false });
      await page.getByRole('button', { name: /^Your account/ }).click();
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Sign out' }), change: 'DELETE /session', done: () => heading(page, 'Sign in'), kept: false });
    },
  },
  {
    name: 'cut: an invitation is asked for again, accepted with another address, and the address confirmed',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page } = visitor;
      await open(visitor, site.links.expired_for_cut);
      await heading(page, 'This link has expired');
      const sent = () => page.getByRole('status').getByText(/a new one is on its way to k•••@/).waitFor();
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Send me a new link' }), change: 'POST /activation/resend', done: sent });

      await open(visitor, site.links.fresh['cora.cut']);
      await page.getByLabel('Email', { exact: true }).fill('cora.private@example.com');
      await page.getByLabel('Choose a password').fill(secret);
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Activate and sign in' }), change: 'POST /activation', done: () => heading(page, 'Jobs') });

      const { link } = await site.ask({ link_sent_to: 'cora.private@example.com', kind: 'email_confirmation' });
      await open(visitor, link);
      await heading(page, 'Confirm your email');
      const confirmed = () => page.locator('#notice').getByText('Your email is confirmed.').waitFor();
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Confirm this address' }), change: 'POST /email/confirm', done: confirmed });
    },
  },
  {
    name: 'cut: a forgotten password and the new one',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page } = visitor;
      const email = 'cut.reset@acme.example.com';
      await visitor.go('/password');
      await page.getByLabel('Email', { exact: true }).fill(email);
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Send me a link' }), change: 'POST /password-reset', done: () => heading(page, 'Look into your email') });
      const { link } = await site.ask({ link_sent_to: email, kind: 'password_reset' });
      await open(visitor, link);
      await page.getByLabel('New password', { exact: true }).fill(secret);
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Save the new password' }), change: 'POST /password', done: () => heading(page, 'Sign in') });
    },
  },
  {
    name: 'cut: name, password and another session on the account page',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      const email = 'cut.account@acme.example.com';
      await visitor.signIn(email);
      await visitor.go('/account');
      await page.locator('.rows').waitFor();
      await page.getByLabel('First name').fill('Cristóbal');
      const saved = () => page.locator('#notice').getByText('Saved.').waitFor();
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Save', exact: true }), change: 'PATCH /me', done: saved });
      assert.equal(await page.getByLabel('First name').inputValue(), 'Cristóbal');

      const there = page.locator('.rows li', { hasText: 'Unknown browser' });
      const id = 'DELETE /sessions/';
      const seen = countChanges(page);
      await visitor.context.setOffline(true);
      await there.getByRole('button').click();
      await there.getByRole('alert').getByText(/You are offline/).waitFor();
      await visitor.context.setOffline(false);
      await there.getByRole('button').click();
      await there.waitFor({ state: 'detached' });
      assert.ok(seen.length === 1 && seen[0].startsWith(id), `${seen}`);

      await page.getByLabel('Current password').fill(passwordOf(visitor, email));
      await page.getByLabel('New password', { exact: true }).fill(secret);
      const changed = () => page.locator('#notice').getByText('Your password is changed.').waitFor();
      await cut(visitor, { button: () => page.getByRole('button', { name: 'Change password' }), change: 'POST /me/password', done: changed });
    },
  },
  {
    name: 'cut: an answer that is lost after the change was made leads to the same end',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page } = visitor;
      visitor.expectedFailures = ['net::ERR_CONNECTION_RESET'];
      // The invitation was accepted: the second press says so, and how to go on.
      await open(visitor, site.links.fresh['lena.lost']);
      await page.getByLabel('Choose a password').fill(secret);
      await loseAnswer(page, '/activation');
      await page.getByRole('button', { name: 'Activate and sign in' }).click();
      await page.getByRole('alert').getByText('There is a problem').waitFor();
      assert.equal(await page.getByLabel('Choose a password').inputValue(), secret, 'nothing is lost');
      await page.getByRole('button', { name: 'Activate and sign in' }).click();
      await heading(page, 'This link has been used');
      await page.getByText('Your access is already active.').waitFor();
      await page.locator('main').getByRole('link', { name: 'Sign in' }).click();
      await heading(page, 'Sign in');

      // The session that nobody heard of harms nobody: signing in once more is all there is to do.
      await page.getByLabel('Email', { exact: true }).fill('lena.lost@acme.example.com');
      await page.getByLabel('Password', { exact: true }).fill(secret);
      await loseAnswer(page, '/session');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('There is a problem').waitFor();
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Jobs');

      // A name is saved once or twice, it stays the same name.
      await visitor.go('/account');
      await page.getByLabel('First name').fill('Lena');
      await loseAnswer(page, '/me');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('alert').getByText('There is a problem').waitFor();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();

      // The new password counts already: the second press says that the link was used, and the password opens the door.
      const email = 'lost.reset@acme.example.com';
      await open(visitor, '/password');
      await page.getByLabel('Email', { exact: true }).fill(email);
      await loseAnswer(page, '/password-reset');
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await page.getByRole('alert').getByText('There is a problem').waitFor();
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await heading(page, 'Look into your email');
      const { link } = await site.ask({ link_sent_to: email, kind: 'password_reset' });
      await open(visitor, link);
      await page.getByLabel('New password', { exact: true }).fill(secret);
      await loseAnswer(page, '/password');
      await page.getByRole('button', { name: 'Save the new password' }).click();
      await page.getByRole('alert').getByText(/may be saved already/).waitFor();
      await page.getByRole('button', { name: 'Save the new password' }).click();
      await heading(page, 'This link has been used');
      await visitor.context.clearCookies();
      await visitor.go('/sign-in');
      await page.getByLabel('Email', { exact: true }).fill(email);
      await page.getByLabel('Password', { exact: true }).fill(secret);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Jobs');
    },
  },
  {
    name: 'cut: what is shown is dated when the portal cannot be reached although the browser is online',
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedFailures = ['net::ERR_CONNECTION_REFUSED'];
      await visitor.signIn('alex.morgan@acme.example.com');
      await page.locator('.card-link').first().click();
      await page.getByRole('heading', { level: 2, name: 'Details' }).waitFor();
      await page.route('**/api/v1/jobs?*', (route) => route.abort('connectionrefused'));
      await page.goBack();
      const banner = page.locator('.banner');
      await banner.getByText(/^The portal cannot be reached\. What you see is from \d{1,2}:\d\d\.$/).waitFor();
      assert.equal(await page.locator('.card-link').count(), 20, 'the list is still there');
      await visitor.check('cut-unreachable');
      await page.unroute('**/api/v1/jobs?*');
      // Whichever comes first: a change that somebody else makes has the list asked for again, too.
      await banner.getByRole('button', { name: 'Try again' }).evaluateAll((buttons) => buttons.forEach((button) => button.click()));
      await banner.waitFor({ state: 'detached' });
    },
  },
];
