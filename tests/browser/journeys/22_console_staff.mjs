// Owners say who of the business may do what; keys for other systems are shown once.
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

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
];
