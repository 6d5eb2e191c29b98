// Owners say who of the business may do what; keys for other systems are shown once.
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

// The forms whose bar follows the reader.
const stuckBars = (page) =>
  page.evaluate(() => [...document.querySelectorAll('.form-end')].filter((bar) => getComputedStyle(bar).position === 'sticky').map((bar) => bar.closest('form').getAttribute('aria-label')));

export const journeys = [
  {
    name: 'console: a colleague is added, comes, changes role and is removed',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page, account } = visitor;
      await visitor.signInAsStaff('otto.adds@brightwater.example.com');
      await visitor.go('/console/settings');
      await heading(page, 'Settings');
      const staff = page.getByRole('table', { name: 'Staff' });
      await staff.waitFor();
      await visitor.check('console-settings');
      // Whoever looks for the words of invitations among the settings is led on.
      await page.getByRole('link', { name: 'Words of the invitations' }).click();
      await heading(page, 'Invitations');
      await page.goBack();
      await heading(page, 'Settings');
      await staff.waitFor();
      await page.getByRole('button', { name: 'Add a colleague' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a colleague' });
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await dialog.locator('#email-error').waitFor();
      const email = 'carla.comes@brightwater.example.com';
      await dialog.getByLabel('Email').fill(email);
      await dialog.getByLabel('First name').fill('Carla');
      await dialog.getByRole('radio', { name: /^Viewer/ }).check();
      await visitor.check('console-add-staff');
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await page.locator('#notice').getByText(email).waitFor();
      const row = staff.getByRole('row', { name: /Carla/ });
      await row.getByText('Invited').waitFor();

      const { link } = await site.ask({ link_sent_to: email, kind: 'staff_invitation' });
      const carla = await Visitor.arrive(visitor.context.browser(), account, visitor.options);
      await carla.go(link);
      await carla.page.getByLabel('Choose a password').fill('nine grey pebbles sink slowly');
      await carla.page.getByRole('button', { name: 'Activate and sign in' }).click();
      await heading(carla.page, 'Overview');
      // A viewer is not offered what only owners do.
      await carla.page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
      await heading(carla.page, 'Settings');
      await carla.page.getByRole('table', { name: 'Staff' }).waitFor();
      assert.equal(await carla.page.getByRole('button', { name: 'Add a colleague' }).count(), 0);

      await page.reload();
      await row.getByText('Active').waitFor();
      await row.getByRole('button', { name: 'Change role: Carla' }).click();
      const role = page.getByRole('dialog', { name: 'Role of Carla' });
      await role.getByRole('radio', { name: /^Manager/ }).check();
      await role.getByRole('button', { name: 'Save' }).click();
      await row.getByText('Manager').waitFor();
      await row.getByRole('button', { name: 'Remove: Carla' }).click();
      const remove = page.getByRole('dialog', { name: 'Remove Carla?' });
      await visitor.check('console-remove-staff');
      await remove.getByRole('button', { name: 'Remove' }).click();
      await page.locator('#notice').getByText('Carla is removed.').waitFor();
      await row.waitFor({ state: 'detached' });
      // Removed means out, at once.
      await carla.page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
      await heading(carla.page, 'Sign in');
      await carla.leave();
    },
  },
  {
    name: 'console: a key is made, shown once and revoked',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('olivia@brightwater.example.com');
      await visitor.go('/console/settings');
      await page.getByRole('button', { name: 'Create a key' }).click();
      const dialog = page.getByRole('dialog', { name: 'Create a key' });
      await dialog.getByLabel('Name').fill('Dispatch');
      await dialog.getByRole('button', { name: 'Create the key' }).click();
      const shown = page.getByRole('dialog', { name: 'The key “Dispatch”' });
      const key = await shown.locator('code').innerText();
      assert.match(key, /^pk_/);
      await visitor.check('console-key');
      const { y, height } = await shown.boundingBox();
      assert.ok(Math.abs(2 * y + height - desktop.height) < 4, `the dialog stands in the middle, not at ${y}`);
      await shown.getByRole('button', { name: 'I have copied it' }).click();
      const row = page.getByRole('table', { name: 'Keys for other systems' }).getByRole('row', { name: /Dispatch/ });
      await row.waitFor();
      assert.ok(!(await page.content()).includes(key), 'the key is shown once');
      await row.getByRole('button', { name: 'Revoke: Dispatch' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await page.locator('#notice').getByText('is revoked').waitFor();
      await row.waitFor({ state: 'detached' });
    },
  },
  {
    name: 'console: mail leaves in the business’s own name and by its own server',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('paul.posts@brightwater.example.com');
      await visitor.go('/console/settings');
      const form = page.getByRole('form', { name: 'Mail' });
      await form.getByLabel('Sender’s name').fill('Brightwater office');
      await form.getByLabel('Answers go to').fill('office@brightwater.example.com');
      await form.getByRole('radio', { name: /^A server of our own/ }).check();
      await form.getByLabel('Sender’s address').fill('portal@brightwater.example.com');
      await form.getByLabel('Mail server').fill('smtp brightwater');
      await form.getByLabel('Encryption').selectOption('tls');
      assert.equal(await form.getByLabel('Port').inputValue(), '465');
      await form.getByLabel('User name').fill('portal');
      await form.getByLabel('Password', { exact: true }).fill('lighthouse 77 quay');
      await visitor.check('console-mail');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#server_host-error').getByText('Enter the name of a server').waitFor();
      await form.getByLabel('Mail server').fill('smtp.brightwater.example.com');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();
      // What was typed is kept, and nobody sees it again.
      await page.reload();
      await form.getByText('Left empty: the password that is kept stays.').waitFor();
      assert.equal(await form.getByLabel('Password', { exact: true }).inputValue(), '');
      assert.ok(!(await page.content()).includes('lighthouse'));
      await form.getByLabel('Mail server').fill('smtp.elsewhere.example.com');
      await form.getByText('It is kept encrypted and never shown again.').waitFor();
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#server_password-error').getByText('Fill this in.').waitFor();
      // While there is something to save, what saves it is in view, wherever one reads in its form; and no other form's is.
      await form.getByLabel('Sender’s name').evaluate((field) => field.scrollIntoView({ block: 'start' }));
      await page.waitForFunction(() => document.querySelector('form[aria-label="Mail"] .form-end').getBoundingClientRect().bottom <= innerHeight + 1);
      assert.deepEqual(await stuckBars(page), ['Mail']);
      await form.getByRole('button', { name: 'Discard' }).click();
      // What was wrong was in what is discarded.
      assert.equal(await form.locator('.error-summary, .field-error, .field-wrong').count(), 0);
      assert.equal(await form.getByLabel('Mail server').inputValue(), 'smtp.brightwater.example.com');
      assert.equal(await page.evaluate(() => document.activeElement.type), 'submit', 'the focus stays in the form');
      assert.deepEqual(await stuckBars(page), []);

      await page.getByRole('button', { name: 'Send a test to myself' }).click();
      await page.locator('#notice').getByText('A test to paul.posts@brightwater.example.com is on its way.').waitFor();
      await page.getByText(/The test to paul\.posts@brightwater\.example\.com .* is not sent yet\./).waitFor();
      await page.getByRole('button', { name: 'Look again' }).waitFor();

      await form.getByRole('radio', { name: /^The server of the hosting provider/ }).check();
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();
      await form.getByLabel('Mail server').waitFor({ state: 'detached' });
      await visitor.check('console-mail-provider');
    },
  },
];
