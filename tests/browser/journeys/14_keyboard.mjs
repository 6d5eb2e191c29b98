// Each journey once without a mouse: nothing here clicks.
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';
import { headingHasFocus, tabAndPress, tabAndType, tabTo } from '../keyboard.mjs';

const passwordOf = ({ account }, email) => account.members.find((member) => member.email === email).password;

async function signInByKeys(visitor, email) {
  const { page } = visitor;
  await visitor.go('/sign-in');
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await tabAndType(page, /Email$|Email\s/, email);
  await tabAndType(page, /Password/, passwordOf(visitor, email));
  await page.keyboard.press('Enter');
  await headingHasFocus(page, 'Jobs');
  await visitor.settle();
}

export const journeys = [
  {
    name: 'keyboard: an invitation is accepted, with the rule read and a mistake mended',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      await visitor.go(site.links.fresh['kai.keys']);
      await page.getByRole('heading', { level: 1, name: 'Activate your access' }).waitFor();
      await tabAndType(page, /Choose a password/, 'short');
      const described = await page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-describedby')).innerText);
      assert.match(described, /At least 12 characters/);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement.getAttribute('role') === 'alert');
      await tabAndPress(page, /Use at least 12 characters/);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('five small blue teapots');
      await tabAndPress(page, /Show password/);
      assert.equal(await page.locator('#password').getAttribute('type'), 'text');
      await tabAndPress(page, /Activate and sign in/);
      await headingHasFocus(page, 'Jobs');
    },
  },
  {
    name: 'keyboard: one of forty sites is found and its next visit opened',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      const { job_id: job, site: place } = site.far_visit;
      await signInByKeys(visitor, 'fay.sites@acme.example.com');
      await tabTo(page, /^\s*Site/);
      assert.equal(await page.getByRole('combobox', { name: 'Site' }).getAttribute('aria-expanded'), 'false', 'passing by opens nothing');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const active = () => page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText);
      const second = await active();
      await page.keyboard.press('ArrowDown');
      assert.notEqual(await active(), second);
      await page.keyboard.press('Escape');
      assert.equal(await page.getByRole('listbox').getByRole('option').count(), 0);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(place);
      await page.locator('#announcer').getByText('1 to choose from', { exact: true }).waitFor({ state: 'attached' });
      assert.equal(await active(), place);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\?site=\d+$/);
      await visitor.settle();
      await tabTo(page, /#\d{4}/);
      assert.equal(await page.evaluate(() => document.activeElement.id), `job-${job}`);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/jobs/${job}`);
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
    },
  },
  {
    name: 'keyboard: a forgotten password becomes a new one',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      const email = 'key.reset@acme.example.com';
      await visitor.go('/sign-in');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await tabAndPress(page, /Forgot your password/);
      await headingHasFocus(page, 'Forgot your password?');
      await tabAndType(page, /Email/, email);
      await tabAndPress(page, /Send me a link/);
      await headingHasFocus(page, 'Look into your email');
      const { link } = await site.ask({ link_sent_to: email, kind: 'password_reset' });
      await page.goto('about:blank');
      await visitor.go(link);
      await page.getByRole('heading', { level: 1, name: 'Choose a new password' }).waitFor();
      await tabAndType(page, /New password/, 'seven tall green lamps');
      await page.keyboard.press('Enter');
      await headingHasFocus(page, 'Sign in');
      await page.locator('#announcer').getByText('Your new password is saved').waitFor({ state: 'attached' });
    },
  },
  {
    name: 'keyboard: another client, documents, the account and out',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await signInByKeys(visitor, 'two.hats@acme.example.com');
      const client = () => page.locator('.client-name').innerText();
      const first = await client();
      await tabTo(page, /Choose another/, 'Shift+Tab');
      await page.keyboard.press('Space');
      await tabTo(page, first === 'Acme Facilities Ltd' ? /Harbour Hotels Group/ : /Acme Facilities Ltd/);
      await page.keyboard.press('Enter');
      await page.locator('#announcer').getByText('You are now looking at').waitFor({ state: 'attached' });
      assert.notEqual(await client(), first);

      await tabAndPress(page, /^\s*Documents/);
      await headingHasFocus(page, 'Documents');
      await visitor.settle();
      await tabTo(page, /Search documents/);
      await tabTo(page, /Order/);
      await page.keyboard.press('ArrowDown');
      await page.waitForURL('**/documents?sort=created_at');
      const [download] = await Promise.all([page.waitForEvent('download'), tabAndPress(page, /^Save /)]);
      assert.equal(await download.failure(), null);

      await tabAndPress(page, /^\s*Account/);
      await headingHasFocus(page, 'Your account');
      await tabTo(page, /First name/);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('Toni');
      await tabAndPress(page, /^\s*Save/);
      await page.locator('#announcer').getByText('Saved.').waitFor({ state: 'attached' });
      await tabTo(page, /Current password/);
      await page.locator('.rows').waitFor();
      await tabAndPress(page, /^\s*Sign out\s*$/);
      await headingHasFocus(page, 'Sign in');
    },
  },
  {
    name: 'keyboard: whoever goes on while a page is loading is left where they are',
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await signInByKeys(visitor, 'alex.morgan@acme.example.com');
      const answer = await visitor.hold('GET', '**/api/v1/documents?*');
      await tabAndPress(page, /^\s*Documents/);
      await page.getByRole('heading', { level: 1, name: 'Documents' }).waitFor();
      await tabTo(page, /Your account/, 'Shift+Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await answer.release();
      await page.locator('main .rows li a').first().waitFor();
      // What a page does after it was drawn is done within a tenth of a second.
      await page.waitForTimeout(300);
      assert.match(await page.evaluate(() => document.activeElement.innerText), /Your account/);
      await tabAndPress(page, /^\s*Sign out\s*$/);
      await headingHasFocus(page, 'Sign in');
    },
  },
  {
    name: 'keyboard: a page that takes the place of its skeleton leaves a menu open, and a late mistake the field in use',
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      const email = 'alex.morgan@acme.example.com';
      await signInByKeys(visitor, email);
      const job = (await page.locator('.card-link').first().getAttribute('id')).slice('job-'.length);
      await visitor.context.clearCookies();
      await visitor.go(`/jobs/${job}`);
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await page.locator('#email').fill(email);

      const wrong = await visitor.hold('POST', '**/api/v1/session');
      await page.locator('#password').fill('not this one at all');
      await page.keyboard.press('Enter');
      await page.locator('#email').focus();
      await wrong.release();
      await page.getByRole('alert').getByText('There is a problem').waitFor();
      await page.waitForTimeout(300);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'email');
      await page.unroute('**/api/v1/session');

      const answer = await visitor.hold('GET', `**/api/v1/jobs/${job}`);
      await page.locator('#password').fill(passwordOf(visitor, email));
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: /^Your account/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await answer.release();
      await page.locator('.job-head').waitFor();
      await page.waitForTimeout(300);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await headingHasFocus(page, 'Sign in');
    },
  },
  {
    name: 'keyboard: photos are opened, turned over and closed',
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await signInByKeys(visitor, 'alex.morgan@acme.example.com');
      await tabAndPress(page, /^\s*Finished/);
      await page.waitForURL('**/?state=finished');
      await visitor.settle();
      await tabAndPress(page, /#\d{4}/);
      await page.getByRole('heading', { level: 2, name: 'Report' }).waitFor();
      await page.keyboard.press('Tab');
      while (!(await page.evaluate(() => document.activeElement.classList.contains('picture')))) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('dialog[open]').waitFor();
      await page.keyboard.press('End');
      await page.keyboard.press('Home');
      await page.locator('.viewer-text', { hasText: ', 1 of ' }).waitFor();
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog') === null && document.activeElement.classList.contains('picture'));
    },
  },
];
