// The link of an invitation opens a page that asks for email and password; then the person is signed in and sees the jobs (A15).
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const linkOf = (account) => account.activation_url.replace(account.url, '');

export const journeys = [
  {
    name: 'activation: from the link to a job and back',
    async run(visitor) {
      const { page, account } = visitor;
      await visitor.go(linkOf(account));
      await page.getByRole('heading', { level: 1, name: 'Activate your access' }).waitFor();
      assert.equal(visitor.path, '/activate');
      assert.equal(await page.evaluate(() => location.hash), '', 'the token has left the address bar');
      const email = page.getByLabel('Email', { exact: true });
      assert.match(await email.inputValue(), /@/, 'the address is filled in');
      assert.equal(await email.getAttribute('autocomplete'), 'username');
      const password = page.getByLabel('Choose a password');
      assert.equal(await password.getAttribute('autocomplete'), 'new-password');
      await page.getByText('At least 12 characters').waitFor();
      await visitor.check('activate');

      await password.fill('short');
      await page.getByRole('button', { name: 'Activate and sign in' }).click();
      const summary = page.getByRole('alert');
      await summary.getByText('There is a problem').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'alert', 'the summary has the focus');
      await visitor.check('activate-error');
      await summary.getByRole('link', { name: 'Use at least 12 characters.' }).click();
      assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
      assert.equal(await password.inputValue(), 'short', 'nothing is cleared');

      // What the server refuses is said next to the field too, and the token is not lost.
      await password.fill('jo.lindqvist@acme.example.com');
      await page.getByRole('button', { name: 'Activate and sign in' }).click();
      await summary.getByText(/contains the name of the business, your name/).waitFor();

      await password.fill('five small blue teapots');
      await page.getByRole('button', { name: 'Show password' }).click();
      assert.equal(await password.getAttribute('type'), 'text');
      await password.press('Enter');

      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      await page.locator('#notice').getByText('Your access is active. Welcome!').waitFor();
      await visitor.check('jobs-after-activation');
      const card = page.locator('.card-link').first();
      const title = await card.locator('.card-title').innerText();
      await card.click();
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      assert.equal(await page.locator('#notice').count(), 0, 'the welcome has had its time');
      await page.locator('main').getByRole('link', { name: 'Jobs', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();

      // The same link once more: it says that it was used, and how to go on.
      const tab = await visitor.open();
      await visitor.go(linkOf(account), tab);
      await tab.getByRole('heading', { level: 1, name: 'This link has been used' }).waitFor();
      await visitor.check('activate-used', tab);
      assert.equal(await tab.locator('main').getByRole('link', { name: 'Sign in' }).getAttribute('href'), '/sign-in');
    },
  },
  {
    name: 'activation: in Spanish, on a large screen, with another address that is confirmed',
    needsOwnPortal: true,
    account: 'northside',
    visitor: { locale: 'es-ES', timezone: 'Europe/Madrid', viewport: desktop },
    async run(visitor, site) {
      const { page, account } = visitor;
      await visitor.go(linkOf(account));
      await page.getByRole('heading', { level: 1, name: 'Active su acceso' }).waitFor();
      await page.getByLabel('Correo electrónico', { exact: true }).fill('carmen.nueva@example.com');
      await page.getByText('Enviaremos un correo a esta dirección').waitFor();
      await page.getByLabel('Elija una contraseña').fill('siete tazas de barro');
      await visitor.check('activate-es-desktop');
      await page.getByRole('button', { name: 'Activar e iniciar sesión' }).click();
      await page.getByRole('heading', { level: 1, name: 'Trabajos' }).waitFor();
      await page.locator('#notice').getByText('Hemos enviado un correo a carmen.nueva@example.com').waitFor();
      await visitor.check('jobs-es-desktop');

      // Opening the link confirms nothing: programs that look into mail open every link.
      const { link } = await site.ask({ link_sent_to: 'carmen.nueva@example.com', kind: 'email_confirmation' });
      assert.match(link, /^\/confirm#/);
      await visitor.go(link);
      await page.getByRole('heading', { level: 1, name: 'Confirme su correo' }).waitFor();
      assert.equal(await page.evaluate(() => location.pathname + location.hash), '/confirm');
      await visitor.check('confirm-es');
      await visitor.go('/account');
      await page.getByText('Hay una dirección nueva en espera').waitFor();
      await visitor.go(link);
      await page.getByRole('button', { name: 'Confirmar esta dirección' }).click();
      await page.getByRole('heading', { level: 1, name: 'Su cuenta' }).waitFor();
      await page.locator('#notice').getByText('Su correo está confirmado.').waitFor();
      await page.locator('dd', { hasText: 'carmen.nueva@example.com' }).waitFor();
      await visitor.go('/not-a-page');
      await visitor.go(link);
      await page.getByRole('button', { name: 'Confirmar esta dirección' }).click();
      await page.getByRole('heading', { level: 1, name: 'Este enlace ya se ha usado' }).waitFor();
      await visitor.check('confirm-used-es');
    },
  },
  {
    name: 'activation: links that do not work say why',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page } = visitor;
      await visitor.go('/activate');
      await page.getByRole('heading', { level: 1, name: 'This link is not complete' }).waitFor();
      await visitor.check('activate-no-token');

      // Pasted into the same tab, only the fragment changes.
      await page.evaluate(() => (location.hash = '#nonsense'));
      await page.getByRole('heading', { level: 1, name: 'We do not know this link' }).waitFor();
      assert.equal(await page.evaluate(() => location.hash), '');
      await visitor.check('activate-unknown');

      const cases = [
        ['expired', 'This link has expired', /^We can send a new one to k•••@acme\.example\.com\./],
        ['replaced', 'There is a newer link', /latest message/],
        ['cancelled', 'This invitation was withdrawn', /ask Brightwater/],
      ];
      for (const [kind, title, text] of cases) {
        const link = site.links?.[kind];
        assert.ok(link, `the portal has a link that is ${kind}`);
        await visitor.go('/not-a-page');
        await visitor.go(link);
        await page.getByRole('heading', { level: 1, name: title }).waitFor();
        await page.getByText(text).waitFor();
        await visitor.check(`activate-${kind}`);
      }

      // What is sent goes to where the old link went, and the page does not say whether it was.
      await visitor.go('/not-a-page');
      await visitor.go(site.links.expired);
      await page.getByRole('button', { name: 'Send me a new link' }).click();
      await page.getByRole('status').getByText(/^If this link can be renewed, a new one is on its way to k•••@acme\.example\.com\.$/).waitFor();
      await visitor.check('activate-resent');
      const { link } = await site.ask({ link_sent_to: 'kim.late@acme.example.com', kind: 'invitation' });
      assert.notEqual(link, site.links.expired);
      await visitor.go('/not-a-page');
      await visitor.go(link);
      await page.getByRole('heading', { level: 1, name: 'Activate your access' }).waitFor();
    },
  },
  {
    name: 'activation: a person who has a password already joins with it',
    needsOwnPortal: true,
    account: 'northside',
    async run(visitor, site) {
      const { page, account } = visitor;
      const { link, email, client } = site.links.has_login;
      await visitor.go(link);
      await page.getByText(`You already have a password here. Enter it to see ${client} too.`).waitFor();
      assert.equal(await page.getByLabel('Email', { exact: true }).inputValue(), email);
      const password = page.getByLabel('Your password');
      assert.equal(await password.getAttribute('autocomplete'), 'current-password');
      await password.fill('not the right one');
      await page.getByRole('button', { name: `Sign in and add ${client}` }).click();
      await page.getByRole('alert').getByText(`This is not the password of ${email}.`).waitFor();
      await visitor.check('activate-has-login');
      await password.fill(account.members.find((member) => member.email === email).password);
      await password.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      await page.getByRole('button', { name: /Choose another/ }).click();
      await page.getByRole('button', { name: client, exact: true }).waitFor();
    },
  },
];
