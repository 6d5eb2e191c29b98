// The first day of a business (A1), at the address that the host gave it (A18): its owner comes by a link, creates the portal with one button and reads what is still missing.
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

export const journeys = [
  {
    name: 'console: the first owner comes by the link and creates the portal',
    account: 'starting',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page, account } = visitor;
      const [nora] = account.staff;
      await visitor.go('/');
      await heading(page, 'No portal here');

      await visitor.go(nora.link);
      await heading(page, 'Activate your access');
      assert.equal(new URL(page.url()).hash, '', 'the link is not left in the address');
      assert.equal(await page.locator('#first_name').inputValue(), 'Nora');
      await page.locator('main').getByText(nora.email).first().waitFor();
      await visitor.check('console-activate');
      await page.getByLabel('Choose a password').fill('short');
      await page.getByRole('button', { name: 'Activate and sign in' }).click();
      await page.getByRole('alert').getByText('There is a problem').waitFor();
      await page.getByLabel('Choose a password').fill(nora.password);
      await page.getByRole('button', { name: 'Activate and sign in' }).click();

      await heading(page, 'Create your client portal');
      await visitor.check('console-create');
      // Until then members find nothing.
      const answer = await page.evaluate(async () => (await fetch('/api/v1/portal')).status);
      assert.equal(answer, 404);
      await page.getByRole('button', { name: 'Create the portal' }).click();
      await heading(page, 'Overview');
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      await page.locator('#notice').getByText('Your portal is there.').waitFor();
      await page.getByText('3 things are still missing.').waitFor();
      assert.equal(await page.getByRole('link', { name: /^Open the portal/ }).getAttribute('href'), account.url);
      await visitor.check('console-overview-new');
      // What is missing leads to its part of a long page, not to the top of it.
      await page.getByRole('link', { name: 'Choose templates' }).click();
      await heading(page, 'Appearance');
      const top = await page.getByRole('heading', { name: 'Which jobs clients see' }).evaluate((part) => part.getBoundingClientRect().top);
      assert.ok(top >= 0 && top < desktop.height / 2, `the templates stand at ${top}`);
      await page.goBack();
      await heading(page, 'Overview');
      // Before anybody is invited staff are told that clients would see no jobs (A3).
      await page.getByRole('link', { name: 'Invite clients' }).click();
      await heading(page, 'Users');
      await page.getByRole('button', { name: 'Add user' }).click();
      await page.getByRole('dialog', { name: 'Add user' }).getByText('No template is chosen yet').waitFor();
      await visitor.check('console-invite-no-templates');

      const member = await Visitor.arrive(visitor.context.browser(), account, visitor.options);
      await member.go('/');
      await heading(member.page, 'Sign in');
      await member.leave();

      // The link has been used: it says so, and the way on.
      await visitor.go(nora.link);
      await heading(page, 'This link has been used');
      await visitor.check('console-activate-used');
    },
  },
  {
    name: 'console: signing in, where one wanted to go, and out again',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page, account } = visitor;
      const olivia = account.staff.find(({ email }) => email.startsWith('olivia'));
      await visitor.go('/console/settings');
      await heading(page, 'Sign in');
      assert.equal(visitor.path, '/console/sign-in?next=%2Fconsole%2Fsettings');
      await visitor.check('console-sign-in');
      await page.locator('#email').fill(olivia.email);
      await page.locator('#password').fill('not the password at all');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').getByText('The email or the password is wrong.').waitFor();
      assert.equal(await page.locator('#email').inputValue(), olivia.email);
      await page.locator('#password').fill(olivia.password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await heading(page, 'Settings');

      // Staff are nobody in the portal of members.
      const status = await page.evaluate(async () => (await fetch('/api/v1/session')).status);
      assert.equal(status, 401);
      await page.getByRole('button', { name: /^Your account: Olivia/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await heading(page, 'Sign in');
      await page.locator('#notice').getByText('You are signed out.').waitFor();
      await visitor.go('/console');
      await heading(page, 'Sign in');
    },
  },
];
