// The way in and out, and what happens when a session ends in between.
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';

export const journeys = [
  {
    name: 'sign in: wrong, then right, then out',
    async run(visitor) {
      const { page, account } = visitor;
      const { password } = account.members.find(({ email }) => email === alex);
      await visitor.go('/');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      assert.equal(visitor.path, '/sign-in', 'nothing to return to');
      await visitor.check('sign-in');

      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('There are 2 problems').waitFor();

      const words = 'The email or the password is wrong. Check both and try again.';
      for (const [email, secret] of [
        [alex, 'wrong password 1'],
        ['nobody@example.com', password],
        ['jo.lindqvist.never@acme.example.com', 'wrong password 2'],
      ]) {
        await page.getByLabel('Email', { exact: true }).fill(email);
        await page.getByLabel('Password', { exact: true }).fill(secret);
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().endsWith('/session') && response.request().method() === 'POST'),
          page.getByRole('button', { name: 'Sign in' }).click(),
        ]);
        assert.equal(answer.status(), 401);
        await page.getByRole('alert').getByText(words).waitFor();
        assert.equal(await page.getByLabel('Email', { exact: true }).inputValue(), email, 'nothing is cleared');
      }
      await visitor.check('sign-in-wrong');

      await page.getByLabel('Email', { exact: true }).fill(`  ${alex.toUpperCase()} `);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByLabel('Password', { exact: true }).press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      assert.equal(visitor.path, '/');
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      assert.equal(await page.title(), 'Jobs – Brightwater');

      const cookies = await visitor.context.cookies();
      const session = cookies.find(({ name }) => name.endsWith('portal-member'));
      assert.deepEqual(
        { httpOnly: session.httpOnly, sameSite: session.sameSite, path: session.path, secure: session.secure },
        { httpOnly: true, sameSite: 'Lax', path: '/', secure: session.name.startsWith('__Host-') },
      );

      await page.getByRole('button', { name: 'Your account: Alex Morgan' }).click();
      // An open menu covers what lies below it.
      await visitor.check('account-menu', page, ['target-size']);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await page.locator('#notice').getByText('You are signed out.').waitFor();
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      assert.equal(await page.getByText('#1').count(), 0, 'no job is left on the page');
    },
  },
  {
    name: 'sign in: the portal of this run uses the real cookie',
    async run(visitor, site) {
      await visitor.signIn(alex);
      const names = (await visitor.context.cookies()).map(({ name }) => name);
      const prefix = site.secure_cookie ? '__Host-' : '';
      assert.deepEqual(names.sort(), [`${prefix}portal-device`, `${prefix}portal-member`]);
    },
  },
  {
    name: 'sign in: leads back to where one wanted to go, and nowhere else',
    async run(visitor) {
      const { page, account } = visitor;
      await visitor.go('/?state=finished&q=boiler');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      assert.equal(visitor.path, `/sign-in?next=${encodeURIComponent('/?state=finished&q=boiler')}`);
      const { password } = account.members.find(({ email }) => email === alex);
      const signIn = async () => {
        await page.getByLabel('Email', { exact: true }).fill(alex);
        await page.getByLabel('Password', { exact: true }).fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      };
      await signIn();
      assert.equal(visitor.path, '/?state=finished&q=boiler');

      for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
        await visitor.context.clearCookies();
        await visitor.go(`/sign-in?next=${encodeURIComponent(next)}`);
        await signIn();
        assert.equal(visitor.path, '/', next);
      }
      // Somebody who is signed in already has nothing to do on this page.
      await visitor.go('/sign-in?next=%2F%3Fstate%3Dactive');
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      assert.equal(visitor.path, '/?state=active');
    },
  },
  {
    name: 'sign in: opens what nginx guards beside the portal',
    needsOwnPortal: true,
    async run(visitor) {
      const { page, account } = visitor;
      const plans = '/plans/plans.html?floor=2&room=a%20b';
      await visitor.go(plans);
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      assert.equal(visitor.path, `/sign-in?next=${encodeURIComponent(plans).replaceAll('%2F', '/')}`);
      await page.getByLabel('Email', { exact: true }).fill(alex);
      await page.getByLabel('Password', { exact: true }).fill(account.members.find(({ email }) => email === alex).password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Plans of the boiler room' }).waitFor();
      assert.equal(visitor.path, plans);
      // Somebody who is signed in already is led on at once.
      await visitor.go(`/sign-in?next=${encodeURIComponent(plans)}`);
      await page.getByRole('heading', { level: 1, name: 'Plans of the boiler room' }).waitFor();
      assert.equal(visitor.path, plans);
    },
  },
  {
    name: 'sign in: a session that ends in the middle is opened again in the same place',
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page, account } = visitor;
      await visitor.signIn(alex);
      await page.getByRole('link', { name: /^Finished/ }).click();
      await visitor.settle();
      await visitor.context.clearCookies();
      await page.locator('.card-link').first().click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await page.locator('#notice').getByText(/your visit ended/).waitFor();
      const next = new URL(page.url()).searchParams.get('next');
      assert.match(next, /^\/jobs\/[0-9]+$/);
      await visitor.check('sign-in-session-ended');
      await page.getByLabel('Email', { exact: true }).fill(alex);
      await page.getByLabel('Password', { exact: true }).fill(account.members.find(({ email }) => email === alex).password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('main').getByRole('link', { name: 'Jobs', exact: true }).waitFor();
      assert.equal(visitor.path, next);
    },
  },
  {
    name: 'sign in: pressing twice makes one request',
    async run(visitor) {
      const { page, account } = visitor;
      await visitor.go('/sign-in');
      await page.getByLabel('Email', { exact: true }).fill(alex);
      await page.getByLabel('Password', { exact: true }).fill(account.members.find(({ email }) => email === alex).password);
      let requests = 0;
      page.on('request', (request) => {
        if (request.method() === 'POST') requests += 1;
      });
      await page.getByRole('button', { name: 'Sign in' }).dblclick();
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      assert.equal(requests, 1);
    },
  },
  {
    name: 'sign in: after too many tries the page says how long to wait, and others are let in',
    account: 'guarded',
    needsOwnPortal: true,
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/sign-in');
      await page.getByLabel('Email', { exact: true }).fill('guess.me@acme.example.com');
      const statuses = [];
      while (!statuses.includes(429) && statuses.length < 20) {
        await page.getByLabel('Password', { exact: true }).fill(`guess number ${statuses.length}`);
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().endsWith('/session') && response.request().method() === 'POST'),
          page.getByRole('button', { name: 'Sign in' }).click(),
        ]);
        statuses.push(answer.status());
      }
      assert.equal(statuses.at(-1), 429, `${statuses}`);
      await page.getByRole('alert').getByText(/^Too many tries\. Try again in \d+ (seconds?|minutes?)\.$/).waitFor();
      assert.equal(await page.getByLabel('Email', { exact: true }).inputValue(), 'guess.me@acme.example.com', 'nothing is cleared');
      await visitor.check('sign-in-throttled');
      await visitor.signIn(alex);
    },
  },
];
