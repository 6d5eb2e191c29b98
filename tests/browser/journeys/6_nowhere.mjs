// Addresses at which there is nothing to see.
import assert from 'node:assert/strict';

export const journeys = [
  {
    name: 'nowhere: an account without a portal says so',
    account: 'empty',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/');
      await page.getByRole('heading', { level: 1, name: 'No portal here' }).waitFor();
      await visitor.check('no-portal');
    },
  },
  {
    name: 'nowhere: a host that nobody owns says so',
    account: 'unknown',
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/');
      await page.getByRole('heading', { level: 1, name: 'No portal here' }).waitFor();
    },
  },
  {
    name: 'nowhere: an address that is no page leads back',
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/jobs/0');
      await page.getByRole('heading', { level: 1, name: 'Page not found' }).waitFor();
      await visitor.check('not-found');
      assert.equal(await page.locator('main').getByRole('link', { name: 'Sign in' }).getAttribute('href'), '/sign-in');
    },
  },
];
