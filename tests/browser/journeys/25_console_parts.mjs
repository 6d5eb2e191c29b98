// Pages of the console that are no part of its first visit: they come two seconds after somebody is signed in, at the latest when they are opened.
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const kLongerThanThePause = 3000;
const kParts = ['activity', 'appearance', 'invitations', 'requests', 'settings'];
const loadedParts = (page) =>
  page.evaluate((parts) => parts.filter((part) => performance.getEntriesByType('resource').some(({ name }) => name.includes(`/assets/${part}-`))), kParts);

export const journeys = [
  {
    name: 'console: pages that are opened less often come after the first one, and at once when they are wanted',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/console/sign-in');
      await heading(page, 'Sign in');
      await page.waitForTimeout(kLongerThanThePause);
      assert.deepEqual(await loadedParts(page), []);
      await visitor.signInAsStaff('vera.views@brightwater.example.com');
      await page.waitForFunction((count) => performance.getEntriesByType('resource').filter(({ name }) => /\/assets\/(activity|appearance|invitations|requests|settings)-/.test(name)).length === count, kParts.length);
      await visitor.go('/console/activity');
      await heading(page, 'Activity');
      assert.ok((await loadedParts(page)).includes('activity'));
    },
  },
  {
    name: 'console: a page whose code cannot be had says so, and trying again helps',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      visitor.expectedFailures.push('net::ERR_FAILED');
      await page.route(/\/assets\/settings-/, (route) => route.abort());
      await visitor.signInAsStaff('vera.views@brightwater.example.com');
      await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
      await heading(page, 'That did not work');
      await visitor.check('console-part-missing');
      await page.unroute(/\/assets\/settings-/);
      await page.getByRole('button', { name: 'Try again' }).click();
      await heading(page, 'Settings');
      await page.getByRole('table', { name: 'Staff' }).waitFor();
    },
  },
];
