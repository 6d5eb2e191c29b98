// Who I am, what I am called, and where I am signed in.
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';

const ann = 'ann.account@acme.example.com';
const lou = 'lou.devices@acme.example.com';
const mo = 'mo.mails@acme.example.com';
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

export const journeys = [
  {
    name: 'account: name and language, kept for the next visit',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(ann);
      await page.getByRole('link', { name: 'Account', exact: true }).click();
      await heading(page, 'Your account');
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      await page.locator('dd', { hasText: ann }).waitFor();
      await visitor.check('account');
      await page.getByLabel('First name').fill('Ann');
      await page.getByLabel('Surname').fill('Ñúñez');
      await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Español' });
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await heading(page, 'Su cuenta');
      await page.locator('#notice').getByText('Guardado.').waitFor();
      await visitor.check('account-es');
      await page.getByRole('button', { name: 'Su cuenta: Ann Ñúñez' }).waitFor();

      // Another browser, which prefers English, follows what the person chose.
      const other = await Visitor.arrive(visitor.context.browser(), visitor.account, visitor.options);
      await other.go('/sign-in');
      await other.page.getByLabel('Email', { exact: true }).fill(ann);
      await other.page.getByLabel('Password', { exact: true }).fill(visitor.account.members.find(({ email }) => email === ann).password);
      await other.page.getByRole('button', { name: 'Sign in' }).click();
      await heading(other.page, 'Trabajos');
      await other.leave();
    },
  },
  {
    name: 'account: where I am signed in, and ending it there and here',
    needsOwnPortal: true,
    async run(visitor) {
      const { page, account, options } = visitor;
      const other = await Visitor.arrive(visitor.context.browser(), account, { ...options, viewport: desktop });
      await other.signIn(lou);
      await visitor.signIn(lou);
      await visitor.go('/account');
      const devices = page.locator('section', { has: page.getByRole('heading', { name: 'Where you are signed in' }) });
      await devices.locator('.rows').waitFor();
      // The third one is where the invitation was accepted, by a program that says nothing of itself.
      assert.equal(await devices.locator('li').count(), 3);
      assert.equal(await devices.getByText('This device').count(), 1);
      assert.equal(await devices.getByText('Chrome on Linux').count(), 2);
      assert.equal(await devices.getByText('Unknown browser').count(), 1);
      await visitor.check('account-devices');

      const there = devices.locator('li', { hasText: 'Chrome on Linux', hasNotText: 'This device' });
      await there.getByRole('button', { name: /^Sign out: Chrome on Linux/ }).click();
      await page.waitForFunction(() => document.activeElement.id === 'devices');
      assert.equal(await devices.locator('li').count(), 2);
      await heading(other.page, 'Sign in');
      await other.leave();

      await devices.getByRole('button', { name: /^Sign out on this device/ }).click();
      await heading(page, 'Sign in');
      await page.locator('#notice').getByText('You are signed out.').waitFor();
      await visitor.go('/account');
      await heading(page, 'Sign in');
      assert.equal(visitor.path, '/sign-in?next=%2Faccount');
    },
  },
  {
    name: 'account: of what I am told by mail, for the client that is shown',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(mo);
      await visitor.go('/account');
      const mails = page.getByRole('region', { name: 'Emails' });
      // Only what the person may see: no quotes, no invoices.
      const box = mails.getByRole('checkbox');
      await box.waitFor();
      assert.equal(await mails.getByText('a job is finished').count(), 1);
      assert.equal(await box.isChecked(), false);
      await mails.getByText(mo).waitFor();
      await box.check();
      await visitor.check('account-mails');

      // What could not be saved stays ticked, and says so.
      await visitor.context.setOffline(true);
      await mails.getByRole('button', { name: 'Save the choice' }).click();
      await mails.getByRole('alert').getByText(/offline/).waitFor();
      assert.equal(await box.isChecked(), true);
      await visitor.context.setOffline(false);
      await mails.getByRole('button', { name: 'Save the choice' }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();
      await visitor.go('/account');
      await box.waitFor();
      assert.equal(await box.isChecked(), true);
      await box.uncheck();
      await mails.getByRole('button', { name: 'Save the choice' }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();
      await visitor.go('/account');
      await box.waitFor();
      assert.equal(await box.isChecked(), false);
    },
  },
  {
    name: 'help: speaks of what the reader can do, with or without a session',
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/help');
      await heading(page, 'Help');
      await page.getByRole('heading', { level: 2, name: 'Ask Brightwater' }).waitFor();
      await page.getByRole('heading', { level: 2, name: 'First time here?' }).waitFor();
      assert.equal(await page.locator('main').getByRole('link', { name: '555-0100' }).getAttribute('href'), 'tel:5550100');
      await visitor.check('help');
      await visitor.signIn('ruth.okafor@example.com');
      await page.getByRole('contentinfo').getByRole('link', { name: 'Help' }).click();
      await heading(page, 'Help');
      await page.getByRole('heading', { level: 2, name: 'What was done?' }).waitFor();
      assert.equal(await page.getByRole('heading', { level: 2, name: 'Where are my documents?' }).count(), 0);
      assert.equal(await page.getByRole('heading', { level: 2, name: 'First time here?' }).count(), 0);
      await visitor.check('help-signed-in');
    },
  },
];
