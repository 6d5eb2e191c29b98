// Staff see what a user sees, to answer a question on the phone: with a reason, for a while, reading only, and it is written down (SECURITY R32, FEATURES X9).
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

export const journeys = [
  {
    name: 'console: staff see as a user sees, say why, open a document, and it stands in the activity',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('vito.views@brightwater.example.com');
      await page.getByRole('navigation').getByRole('link', { name: 'Users' }).click();
      await heading(page, 'Users');
      await page.getByLabel('Search users').fill('alex.morgan@acme');
      await page.getByRole('button', { name: 'See as this user: Alex Morgan' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'What Alex Morgan sees' });
      await dialog.getByRole('button', { name: 'Look' }).click();
      await dialog.locator('#reason-error').waitFor();
      await dialog.getByLabel('Why you look').fill('Called: no documents are shown');
      await visitor.check('console-view-why');
      await dialog.getByRole('button', { name: 'Look' }).click();
      await dialog.getByText(/^For Acme Facilities Ltd, to be read only. Ends: Today, /).waitFor();
      const documents = dialog.getByRole('link', { name: /opens in a new tab$/ });
      await documents.first().waitFor();
      const names = await documents.allInnerTexts();
      assert.ok(names.length > 0 && !names.some((name) => name.includes('CANARY')), `documents ${names}`);
      await visitor.check('console-view');

      // Finished jobs with what the portal shows of them, and their photos.
      await dialog.getByLabel('Jobs').selectOption({ label: 'Finished' });
      await dialog.getByRole('button', { name: /Finished/ }).first().click();
      await dialog.getByRole('button', { name: 'Back to the list' }).waitFor();
      await dialog.getByText('Where', { exact: true }).waitFor();
      await visitor.check('console-view-job');
      await dialog.getByRole('button', { name: 'Back to the list' }).click();

      const address = await documents.first().getAttribute('href');
      const answer = await page.evaluate(async (path) => {
        const response = await fetch(path);
        return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
      }, address);
      assert.equal(answer.status, 200);
      assert.ok(answer.bytes > 0);
      await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

      // What is no change is noted a tenth of a second later.
      await page.waitForFunction(async () => (await (await fetch('/api/v1/staff/activity?action=opened_as_member')).json()).items.length > 0);
      await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
      await heading(page, 'Activity');
      const mine = page.getByRole('table', { name: 'Activity' }).getByRole('row', { name: /Vito/ });
      await mine.getByText('Looked at the portal as a user').first().waitFor();
      await mine.getByText('Called: no documents are shown').first().waitFor({ state: 'attached' });
      await mine.getByText('Opened a file as a user would').first().waitFor();
    },
  },
];
