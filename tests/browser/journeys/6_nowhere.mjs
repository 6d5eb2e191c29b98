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
    name: 'nowhere: a page that is listed but not there yet leads back',
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/help');
      await page.getByRole('heading', { level: 1, name: 'Page not found' }).waitFor();
      await visitor.check('not-found');
      assert.equal(await page.locator('main').getByRole('link', { name: 'Sign in' }).getAttribute('href'), '/sign-in');
    },
  },
];
