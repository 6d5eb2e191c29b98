// Who waits sees how far off the worker is who is on the way (A19), in the own language, until staff switch it off.
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';
const max = 'max.appears@brightwater.example.com';
const card = (page) => page.locator('section.on-the-way');

// As another system feeds it: metres to the south-east of the place of the job, seconds ago.
async function move(site, { latitude = 0.021, longitude = 0.032, seconds = 20 } = {}) {
  const { rows } = await site.ask({
    sql: `INSERT INTO portal.worker_position (account_id, worker_id, latitude, longitude, accuracy_metres, recorded_at)
          SELECT j.account_id, j.worker_id, j.latitude - %s, j.longitude + %s, 40, now() - make_interval(secs => %s)
          FROM portal.job j JOIN portal.account a USING (account_id) WHERE a.slug = 'brightwater' AND j.status = 'en_route'
          ON CONFLICT (account_id, worker_id) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude, recorded_at = excluded.recorded_at
          RETURNING (SELECT min(job_id) FROM portal.job j WHERE j.account_id = worker_position.account_id AND j.status = 'en_route')::text`,
    parameters: [latitude, longitude, seconds],
  });
  return rows[0][0];
}

const forget = (site) => site.ask({ sql: 'DELETE FROM portal.worker_position RETURNING 1' });
const asksFor = (page) => page.waitForResponse((response) => response.url().endsWith('/position'));

export const journeys = [
  {
    name: 'on the way: how far off, in both languages, and nothing once it is switched off',
    needsOwnPortal: true,
    alone: true,
    async run(visitor, site) {
      const { page, context } = visitor;
      const job = await move(site);
      await visitor.signIn(alex);
      await visitor.go(`/jobs/${job}`);
      await card(page).getByText('about 3.1 km away').waitFor();
      assert.match(await card(page).innerText(), /seen (20|25) seconds ago/i);
      await page.locator('#announcer').getByText('On the way: about 3.1 km away').waitFor({ state: 'attached' });
      await page.getByRole('img', { name: /^Sketch, north is at the top: whoever comes is 3\.1 km south-east of the place of the job\.$/ }).waitFor();
      const map = card(page).getByRole('link', { name: 'On the map (opens in a new tab)' });
      assert.match(await map.getAttribute('href'), /^https:\/\/www\.openstreetmap\.org\/\?mlat=53\.8\d+&mlon=-1\.5/);
      assert.deepEqual([await map.getAttribute('target'), await map.getAttribute('rel')], ['_blank', 'noopener noreferrer']);
      await visitor.check('on-the-way-390');

      // It goes on by itself: neither the focus nor the reader hears of it.
      await page.getByRole('link', { name: /^Map of/ }).focus();
      await page.waitForTimeout(7_500);
      await move(site, { latitude: 0.003, longitude: 0.001, seconds: 0 });
      await asksFor(page);
      await card(page).getByText('about 340 m away').waitFor();
      assert.match(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''), /^Map of/);
      assert.equal(await page.locator('#announcer').getByText('340 m').count(), 0);

      // Without a connection the last answer stays, and grows old.
      await context.setOffline(true);
      await card(page).getByText(/seen (10|15) seconds ago/i).waitFor();
      await card(page).getByText('about 340 m away').waitFor();
      await forget(site);
      const asked = asksFor(page);
      await context.setOffline(false);
      await asked;
      await card(page).getByText('The position is not known at the moment.').waitFor();
      await visitor.check('on-the-way-unknown-390');

      await move(site);
      await page.getByRole('button', { name: 'Español' }).click();
      await page.reload();
      await card(page).getByText('a unos 3,1 km').waitFor();
      assert.match(await card(page).innerText(), /última posición: hace (20|25) segundos/i);
      await page.getByRole('img', { name: /^Croquis con el norte arriba: quien viene está a 3,1 km al sureste del lugar del trabajo\.$/ }).waitFor();
      await visitor.check('on-the-way-es-390');
      await page.setViewportSize(desktop);
      await visitor.check('on-the-way-es-1280');
      await page.emulateMedia({ colorScheme: 'dark' });
      await visitor.check('on-the-way-es-dark-1280');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.getByRole('button', { name: 'English' }).click();
      await card(page).getByText('about 3.1 km away').waitFor();
      await visitor.check('on-the-way-1280');

      // Staff switch it off, and it goes from the open page.
      const staff = await Visitor.arrive(context.browser(), visitor.account, { ...visitor.options, viewport: desktop });
      await staff.signInAsStaff(max);
      await staff.go('/console/appearance');
      const box = staff.page.getByRole('checkbox', { name: /^Clients see where the worker is/ });
      assert.ok(await box.isChecked());
      await box.uncheck();
      await staff.page.getByText('There are changes that are not saved.').waitFor();
      await card(page).waitFor();
      await staff.check('console-positions');
      await staff.page.getByRole('button', { name: 'Save', exact: true }).click();
      await staff.page.locator('#notice').getByText('Saved. Clients see it from now on.').waitFor();
      await card(page).waitFor({ state: 'detached' });
      await page.reload();
      await page.getByText('On the way').first().waitFor();
      await visitor.settle();
      assert.equal(await card(page).count(), 0);
      await box.check();
      await staff.page.getByRole('button', { name: 'Save', exact: true }).click();
      await card(page).waitFor();
      await staff.leave();
    },
  },
];
