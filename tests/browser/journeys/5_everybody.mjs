// Languages (A20), keyboard, small screens, dark rooms, no connection.
import assert from 'node:assert/strict';
import { tabTo } from '../keyboard.mjs';
import { desktop } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';
const lucia = 'lucia.fernandez@ribera.example.com';

export const journeys = [
  {
    name: 'languages: Spanish by the browser, English by choice, and it stays',
    visitor: { locale: 'es-ES', timezone: 'Europe/Madrid' },
    async run(visitor) {
      const { page } = visitor;
      await visitor.go('/sign-in');
      await page.getByRole('heading', { level: 1, name: 'Iniciar sesión' }).waitFor();
      await visitor.check('sign-in-es');
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await page.waitForFunction(() => document.documentElement.lang === 'en');
      await visitor.signIn(alex);
      // London is an hour behind the reader's own clock.
      await page.getByText(/^Times are in the zone .+\.$/).waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      await page.getByRole('button', { name: 'Español' }).click();
      await page.getByRole('heading', { level: 1, name: 'Trabajos' }).waitFor();
      assert.match((await page.locator('.day h2').allInnerTexts())[0], /^Mañana, /);
      await visitor.check('jobs-es');
      await page.locator('.card-link').first().click();
      await page.locator('dt', { hasText: 'Cuándo' }).waitFor();
      await visitor.check('job-es');
    },
  },
  {
    name: "languages: the business's own where the browser asks for one that is not there",
    account: 'northside',
    visitor: { locale: 'de-DE', timezone: 'Europe/Madrid' },
    async run(visitor) {
      const { page, account } = visitor;
      const { password } = account.members.find(({ email }) => email === lucia);
      await visitor.go('/');
      await page.getByLabel('Correo electrónico', { exact: true }).fill(lucia);
      await page.getByLabel('Contraseña', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Iniciar sesión' }).click();
      await page.getByRole('heading', { level: 1, name: 'Trabajos' }).waitFor();
      await visitor.check('jobs-northside');
      assert.equal(await page.getByText('La zona').count(), 0, 'the same clock: no zone is named');
      await page.locator('.card-link').first().click();
      await page.locator('dt', { hasText: 'Dónde' }).waitFor();
      await visitor.check('job-northside');
    },
  },
  {
    name: 'keyboard: sign in, open a job, go back and sign out without a mouse',
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page, account } = visitor;
      await visitor.go('/sign-in');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await tabTo(page, /Email$|Email\s/);
      await page.keyboard.type(alex);
      await tabTo(page, /Password/);
      await page.keyboard.type(account.members.find(({ email }) => email === alex).password);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement.tagName === 'H1' && document.activeElement.innerText === 'Jobs');
      await tabTo(page, /^\s*Finished/);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/?state=finished');
      await visitor.settle();
      assert.match(await page.evaluate(() => document.activeElement.innerText), /^Finished/, 'the focus stays on the tab');
      await tabTo(page, /#\d{4}/);
      await page.screenshot({ path: `${visitor.options.folder}/keyboard-focus.png` });
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => /^\/jobs\//.test(location.pathname) && document.activeElement.tagName === 'H1');
      await page.keyboard.press('Shift+Tab');
      assert.equal(await page.evaluate(() => document.activeElement.innerText.trim()), 'Jobs');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement.classList.contains('card-link'));
      await visitor.go('/');
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      await tabTo(page, /Skip to the content/);
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
      await page.keyboard.press('Shift+Tab');
      await page.getByRole('button', { name: /^Your account/ }).focus();
      await page.keyboard.press('Enter');
      await tabTo(page, /Sign out/);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    },
  },
  {
    name: 'offline: what is shown is dated, actions say so, and it goes on by itself',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await visitor.context.setOffline(true);
      await page.locator('.banner').getByText(/^You are offline\. What you see is from \d{1,2}:\d\d\.$/).waitFor();
      assert.equal(await page.locator('.card-link').count(), 20, 'the list is still there');
      await page.getByRole('button', { name: 'Show more jobs' }).click();
      await page.getByRole('alert').getByText(/Try again when you have a connection/).waitFor();
      await visitor.check('offline-jobs');
      await page.locator('.card-link').first().click();
      await page.getByRole('heading', { level: 2, name: 'That did not work' }).waitFor();
      await page.locator('dt', { hasText: 'When' }).waitFor();
      await visitor.check('offline-job');
      await visitor.context.setOffline(false);
      await page.getByRole('heading', { level: 2, name: 'Details' }).waitFor();
      assert.equal(await page.locator('.banner').count(), 0);
    },
  },
  {
    name: 'contact: phone and email are one tap away on every page',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      const reachable = async () => {
        for (const name of ['Call Brightwater', 'Write an email to Brightwater']) {
          const link = page.getByRole('banner').getByRole('link', { name });
          assert.match(await link.getAttribute('href'), /^(tel:5550100|mailto:office@brightwater\.example\.com)$/);
          assert.ok(await link.evaluate((element) => element.getBoundingClientRect().bottom < innerHeight));
        }
      };
      await reachable();
      await page.locator('.card-link').first().click();
      await page.locator('main').getByRole('link', { name: 'Jobs', exact: true }).waitFor();
      await reachable();
      const legal = page.getByRole('contentinfo').getByRole('link', { name: 'Privacy' });
      assert.equal(await legal.getAttribute('href'), 'https://brightwater.example.com/privacy');
    },
  },
  {
    name: 'weight: the first visit loads little, and nothing from elsewhere',
    async run(visitor) {
      const { page } = visitor;
      const sizes = [];
      page.on('requestfinished', async (request) => {
        if (request.resourceType() === 'script') sizes.push(request.sizes());
      });
      await visitor.go('/sign-in');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      const bytes = (await Promise.all(sizes)).reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
      assert.ok(bytes > 5_000 && bytes <= 60_000, `${bytes} bytes of JavaScript over the wire`);
    },
  },
];
