// Staff see what a user sees, to answer a question on the phone: with a reason, for a while, reading only, and it is written down (SECURITY R32, FEATURES X9).
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

const focusIsOn = (page, text) => page.waitForFunction((wanted) => document.activeElement.innerText === wanted, text);

// Of a business that does not show names, with fields of the kinds that the demo has none of.
const field = (type, label, value, group = 'custom') => ({ key: label, label, group, type, value });
const quietJob = {
  id: '1',
  number: 1,
  reference: null,
  template: { id: '1', name: 'Boiler service' },
  state: 'planned',
  status: 'planned',
  scheduled_at: '2023-11-23T10:00:00Z',
  scheduled_until: '2023-11-23T12:00:00Z',
  site: { id: '1', name: 'Mill Lane' },
  address: null,
  assignment: 'assigned',
  assignee: null,
  fields: [
    field('datetime', 'Next check', '2023-11-24T15:00:00Z'),
    field('time', 'From', '14:30'),
    field('date', 'Since', '2023-01-03'),
    field('integer', 'Steps', 12500),
    field('integer', 'duration', 90, 'default'),
  ],
};

const seen = { position: { latitude: 51.5, longitude: -0.1, accuracy_metres: 20, recorded_at: '2023-11-23T09:58:00Z', age_seconds: 20 }, job: null, distance_metres: 3240 };

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
      await dialog.getByText(/^For Acme Facilities Ltd, to be read only. Ends: (Today|Tomorrow), /).waitFor();
      const documents = dialog.getByRole('link', { name: /opens in a new tab$/ });
      await documents.first().waitFor();
      const names = await documents.allInnerTexts();
      assert.ok(names.length > 0 && !names.some((name) => name.includes('CANARY')), `documents ${names}`);
      await visitor.check('console-view');

      // Finished jobs with what the portal shows of them, and their photos.
      await dialog.getByLabel('Jobs').selectOption({ label: 'Finished' });
      const opened = dialog.getByRole('button', { name: /Finished/ }).first();
      await opened.click();
      await dialog.getByText('Where', { exact: true }).waitFor();
      await visitor.check('console-view-job');
      await focusIsOn(page, 'Back to the list');
      await page.keyboard.press('Enter');
      await focusIsOn(page, await opened.innerText());

      // Written as the member reads it; who comes is not shown where the business shows no names.
      await page.route('**/api/v1/staff/members/*/view/jobs/*', (route) => route.fulfill({ json: quietJob }));
      await page.keyboard.press('Enter');
      await dialog.getByRole('heading', { name: /Boiler service/ }).waitFor();
      const facts = await dialog.locator('.fact').allInnerTexts();
      assert.deepEqual(facts.map((fact) => fact.replace(/\s*\n\s*/, ': ')), [
        'When: Thu 23 Nov 2023, 10:00–12:00',
        'Where: Mill Lane',
        'Next check: Fri 24 Nov 2023, 15:00',
        'From: 14:30',
        'Since: Tue 3 Jan 2023',
        'Steps: 12,500',
        'Duration: 1 h 30 min',
      ]);
      await dialog.getByRole('button', { name: 'Back to the list' }).click();

      // How far off somebody is who is on the way, as the member is told.
      await page.unroute('**/api/v1/staff/members/*/view/jobs/*');
      await page.route('**/api/v1/staff/members/*/view/jobs/*', (route) => route.fulfill({ json: { ...quietJob, status: 'on_the_way', tracked: true } }));
      await page.route('**/api/v1/staff/members/*/view/jobs/*/position', (route) => route.fulfill({ json: seen }));
      await opened.click();
      await dialog.getByText('Whoever comes is 3.2 km away, in a straight line. Seen: Thu 23 Nov 2023, 9:58.').waitFor();
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
