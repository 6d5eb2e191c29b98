// A password that was forgotten, one that is changed, and the links for it.
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';

const pat = 'pat.reset@acme.example.com';
const kit = 'kit.late@acme.example.com';
const max = 'max.change@acme.example.com';
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

const resetLink = async (site, email) => (await site.ask({ link_sent_to: email, kind: 'password_reset' })).link;

async function askForLink(visitor, email) {
  const { page } = visitor;
  await visitor.go('/password');
  await page.getByLabel('Email', { exact: true }).fill(email);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await heading(page, 'Look into your email');
}

// The fragment alone does not load the page again.
async function follow(visitor, link) {
  await visitor.page.goto('about:blank');
  await visitor.go(link);
}

export const journeys = [
  {
    name: 'password: forgotten, from the sign-in page to the new one',
    needsOwnPortal: true,
    async run(visitor, site) {
      const { page, account } = visitor;
      await visitor.go('/sign-in');
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await heading(page, 'Forgot your password?');
      await visitor.check('password-forgotten');
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await page.getByRole('alert').getByText('Enter your email.').waitFor();
      await visitor.check('password-forgotten-error');

      // The same for an address that nobody has.
      await page.getByLabel('Email', { exact: true }).fill('nobody.at.all@example.com');
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await heading(page, 'Look into your email');
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      const unknown = await page.locator('main').innerText();
      await page.getByRole('button', { name: 'Try another address' }).click();
      await page.getByLabel('Email', { exact: true }).fill(pat);
      await page.getByRole('button', { name: 'Send me a link' }).click();
      await heading(page, 'Look into your email');
      assert.equal((await page.locator('main').innerText()).replace(pat, '-'), unknown.replace('nobody.at.all@example.com', '-'));
      await visitor.check('password-sent');

      const earlier = await resetLink(site, pat);
      await askForLink(visitor, pat);
      const link = await resetLink(site, pat);
      assert.match(link, /^\/password#/);
      assert.notEqual(link, earlier);

      await follow(visitor, earlier);
      await heading(page, 'Choose a new password');
      await page.getByLabel('New password', { exact: true }).fill('seven tall green lamps');
      await page.getByRole('button', { name: 'Save the new password' }).click();
      await heading(page, 'There is a newer link');
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      await visitor.check('password-replaced');

      await follow(visitor, link);
      await heading(page, 'Choose a new password');
      assert.equal(await page.evaluate(() => location.pathname + location.hash), '/password', 'the token has left the address bar');
      await page.getByText('At least 12 characters').waitFor();
      await visitor.check('password-new');
      const field = page.getByLabel('New password', { exact: true });
      assert.equal(await field.getAttribute('autocomplete'), 'new-password');
      const refusals = [
        ['short', 'Use at least 12 characters.'],
        [pat, /contains the name of the business, your name/],
        ['Password12345!', /Many people use this password/],
      ];
      for (const [secret, words] of refusals) {
        await field.fill(secret);
        await page.getByRole('button', { name: 'Save the new password' }).click();
        await page.getByRole('alert').getByText(words).waitFor();
        assert.equal(await field.inputValue(), secret, 'nothing is cleared');
      }
      await visitor.check('password-new-error');
      await field.fill('seven tall green lamps');
      await field.press('Enter');

      await heading(page, 'Sign in');
      await page.locator('#notice').getByText('Your new password is saved. Sign in with it.').waitFor();
      await visitor.check('password-saved');
      await page.getByLabel('Email', { exact: true }).fill(pat);
      await page.getByLabel('Password', { exact: true }).fill(account.members.find(({ email }) => email === pat).password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText(/email or the password is wrong/).waitFor();
      await page.getByLabel('Password', { exact: true }).fill('seven tall green lamps');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Jobs');

      await follow(visitor, link);
      await page.getByLabel('New password', { exact: true }).fill('eight tall green lamps');
      await page.getByRole('button', { name: 'Save the new password' }).click();
      await heading(page, 'This link has been used');
      await visitor.check('password-used');
      await page.getByRole('link', { name: 'Send me a new link' }).click();
      await heading(page, 'Forgot your password?');
    },
  },
  {
    name: 'password: links that are late or unknown say so, and how to go on',
    needsOwnPortal: true,
    visitor: { viewport: desktop, colorScheme: 'dark' },
    async run(visitor, site) {
      const { page } = visitor;
      await askForLink(visitor, kit);
      await site.ask({ expire_links_of: kit });
      const cases = [
        [await resetLink(site, kit), 'This link has expired', 'password-expired'],
        ['/password#nonsense', 'We do not know this link', 'password-unknown'],
      ];
      for (const [link, title, picture] of cases) {
        await follow(visitor, link);
        await page.getByLabel('New password', { exact: true }).fill('seven tall green lamps');
        await page.getByRole('button', { name: 'Save the new password' }).click();
        await heading(page, title);
        await visitor.check(picture);
        await page.getByRole('link', { name: 'Send me a new link' }).click();
        await heading(page, 'Forgot your password?');
      }
    },
  },
  {
    name: 'password: changed on the account page, which ends the other browser',
    needsOwnPortal: true,
    async run(visitor) {
      const { page, account, options } = visitor;
      const other = await Visitor.arrive(visitor.context.browser(), account, { ...options, viewport: desktop });
      await other.signIn(max);
      await visitor.signIn(max);
      await page.getByRole('link', { name: 'Account', exact: true }).click();
      await page.getByRole('heading', { level: 2, name: 'Change your password' }).waitFor();
      const change = page.getByRole('button', { name: 'Change password' });
      await change.click();
      await page.getByText('There are 2 problems').waitFor();

      const current = page.getByLabel('Current password');
      const wanted = page.getByLabel('New password', { exact: true });
      await current.fill('this is not it at all');
      await wanted.fill('seven tall green lamps');
      await change.click();
      await page.getByRole('alert').getByText('This is not your current password.').waitFor();
      assert.match(await page.locator('#current_password-error').innerText(), /^Error:\s+This is not your current password\.$/);
      assert.equal(await wanted.inputValue(), 'seven tall green lamps', 'nothing is cleared');
      await visitor.check('account-password-wrong');
      await current.fill(account.members.find(({ email }) => email === max).password);
      await change.click();
      await page.locator('#notice').getByText('Your password is changed.').waitFor();
      assert.ok(await page.locator('#notice').evaluate((element) => element.getBoundingClientRect().top >= 0), 'the notice is in view');
      assert.equal(await current.inputValue(), '');
      await visitor.check('account-password-changed');

      // This browser goes on, the other one does not, and says so by itself.
      await page.getByRole('link', { name: 'Jobs', exact: true }).click();
      await page.locator('.card-link').first().waitFor();
      await heading(other.page, 'Sign in');
      await other.page.locator('#notice').getByText(/your visit ended/).waitFor();
      await other.leave();
    },
  },
];
