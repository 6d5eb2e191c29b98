// What nobody asks for and everybody notices: paper, readers who need more contrast or less motion, pages that stand still.
import assert from 'node:assert/strict';
import { desktop, phone } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';

async function openFinishedJob(visitor) {
  const { page } = visitor;
  await visitor.signIn(alex);
  await visitor.go('/?state=finished&q=boiler');
  await page.locator('.card-link').first().click();
  await page.getByRole('heading', { level: 2, name: 'Report' }).waitFor();
}

// How far things moved while the page came together that the reader did not move (the unit of Layout Instability).
async function measureShift(page, address) {
  await page.goto(address);
  await page.locator('[aria-busy="true"]').first().waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const moved = { by: 0, what: [] };
        new PerformanceObserver((list) => {
          for (const { value, sources } of list.getEntries()) {
            moved.by += value;
            moved.what.push(...sources.map(({ node }) => node?.className || node?.nodeName));
          }
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => setTimeout(() => resolve(moved), 50));
      }),
  );
}

export const journeys = [
  {
    name: 'care: a job on paper says what it says on the screen, in black on white',
    visitor: { colorScheme: 'dark' },
    async run(visitor) {
      const { page, options } = visitor;
      await openFinishedJob(visitor);
      for (const image of await page.locator('.picture img').all()) await image.scrollIntoViewIfNeeded();
      await page.emulateMedia({ media: 'print', colorScheme: 'light' });
      await page.setViewportSize({ width: 700, height: 990 });
      for (const name of ['Try again', 'Save', 'Sign out']) assert.equal(await page.getByRole('button', { name }).filter({ visible: true }).count(), 0);
      for (const selector of ['.navigation', '.header-actions', '.back-link', '.map-link', '.footer-links']) assert.ok(await page.locator(selector).first().isHidden(), selector);
      for (const text of ['Brightwater', 'When', 'Where', 'Who', 'Report', '555-0100']) assert.ok(await page.getByText(text).first().isVisible(), text);
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
      await page.screenshot({ path: `${options.folder}/care-print.png`, fullPage: true });
      const paper = await page.pdf({ format: 'A4' });
      assert.ok(paper.length > 10_000 && paper.subarray(0, 5).toString() === '%PDF-');
    },
  },
  {
    name: 'care: more contrast, colours of the system, less motion',
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page, options } = visitor;
      await visitor.go('/sign-in');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ contrast: 'more', colorScheme });
        await visitor.check(`care-contrast-sign-in-${colorScheme}`);
      }
      await page.emulateMedia({ contrast: null, colorScheme: 'light' });
      await visitor.signIn(alex);
      await page.emulateMedia({ contrast: 'more' });
      const [muted, text] = await page.evaluate(() => [getComputedStyle(document.querySelector('.muted')).color, getComputedStyle(document.body).color]);
      assert.equal(muted, text, 'nothing is grey');
      await visitor.check('care-contrast-jobs');
      await page.emulateMedia({ contrast: null, forcedColors: 'active' });
      const lines = await page.locator('.tabs a').evaluateAll((tabs) => tabs.map((tab) => getComputedStyle(tab).borderBottomColor));
      assert.notEqual(lines[0], lines[1], 'the chosen tab is told apart by its line');
      await page.screenshot({ path: `${options.folder}/care-forced-colors.png` });
      await page.emulateMedia({ forcedColors: null });
      const motion = () => page.locator('.button').first().evaluate((button) => getComputedStyle(button).transitionDuration);
      assert.equal(await motion(), '0s');
      await page.emulateMedia({ reducedMotion: 'no-preference' });
      assert.equal(await motion(), '0.12s', 'at most 150 ms');
    },
  },
  {
    name: 'care: nothing moves when data arrives late',
    async run(visitor) {
      const { page, account } = visitor;
      await openFinishedJob(visitor);
      const job = new URL(page.url()).pathname;
      const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      // Each answer at another time, after the grey shapes have come.
      const delays = { '/api/v1/portal': 220, '/api/v1/session': 250, '/api/v1/jobs': 340, '/api/v1/sites': 260 };
      await page.route('**/api/v1/**', async (route) => {
        await wait(delays[new URL(route.request().url()).pathname] ?? 300);
        await route.continue().catch(() => undefined);
      });
      for (const viewport of [phone, desktop]) {
        await page.setViewportSize(viewport);
        for (const path of ['/', job, '/documents', '/invoices', '/account']) {
          const { by, what } = await measureShift(page, account.url + path);
          assert.ok(by < 0.01, `${path} at ${viewport.width} moved by ${by}: ${what}`);
        }
      }
    },
  },
];
