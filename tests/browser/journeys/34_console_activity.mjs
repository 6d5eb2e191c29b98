// Who of staff and members did what and when, filtered in the address.
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';
import { addClient, openClients } from './30_console_clients.mjs';

export const journeys = [
  {
    name: 'console: activity says who did what, filtered',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await openClients(visitor, 'alba.activity');
      await addClient(page, { name: 'Abbey Works', email: 'abbey@works.example' });
      await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
      await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
      const table = page.getByRole('table', { name: 'Activity' });
      const row = table.getByRole('row', { name: /Abbey Works/ });
      await row.getByText('Added a client').waitFor();
      await row.getByText(/^Alba/).waitFor();
      await visitor.check('console-activity');
      await page.getByLabel('Who').selectOption({ label: 'Staff' });
      await page.getByLabel('What').selectOption({ label: 'Signed in' });
      await page.waitForURL('**/console/activity?actor=staff&action=signed_in');
      await visitor.settle();
      await table.getByText('Signed in').first().waitFor();
      assert.equal(await table.getByText('Added a client').count(), 0);
      await page.getByLabel('From').fill('2030-01-02');
      await page.getByRole('heading', { level: 2, name: 'No entry matches' }).waitFor();
      await page.getByLabel('Until').fill('2030-01-01');
      await page.getByRole('alert').getByText('“Until” is before “From”.').waitFor();
      await page.locator('main').getByRole('button', { name: 'Clear filters' }).click();
      await row.waitFor();
    },
  },
];
