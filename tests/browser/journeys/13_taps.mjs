// How many touches it takes from the link of an invitation to the first job (A15), and to what people come back for.
import assert from 'node:assert/strict';

// A thumb that is counted.
function makeThumb() {
  const thumb = { taps: 0, typed: 0 };
  thumb.tap = async (target) => {
    thumb.taps += 1;
    await target.tap();
  };
  thumb.type = async (page, text) => {
    thumb.typed += 1;
    await page.keyboard.type(text);
  };
  return thumb;
}

export const journeys = [
  {
    name: 'taps: from the link of the invitation to the first job in four, and one password',
    needsOwnPortal: true,
    visitor: { hasTouch: true },
    async run(visitor, site) {
      const { page } = visitor;
      const thumb = makeThumb();
      await visitor.go(site.links.fresh['tia.taps']);
      await thumb.tap(page.getByLabel('Choose a password'));
      await thumb.type(page, 'five small blue teapots');
      await thumb.tap(page.getByRole('button', { name: 'Activate and sign in' }));
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
      await thumb.tap(page.locator('.card-link').first());
      await page.getByRole('heading', { level: 2, name: 'Details' }).waitFor();
      await page.locator('dt', { hasText: 'When' }).waitFor();
      assert.ok(thumb.taps <= 4, `${thumb.taps} taps`);
      assert.equal(thumb.typed, 1);
    },
  },
  {
    name: 'taps: from the jobs to a request that is sent in four, and one sentence',
    needsOwnPortal: true,
    visitor: { hasTouch: true },
    async run(visitor) {
      const { page } = visitor;
      const thumb = makeThumb();
      await visitor.signIn('rob.taps@acme.example.com');
      await thumb.tap(page.getByRole('link', { name: 'Requests', exact: true }));
      await thumb.tap(page.getByRole('link', { name: 'New request' }));
      await thumb.tap(page.getByLabel('What is it about?'));
      await thumb.type(page, 'The gate does not close');
      await thumb.tap(page.getByRole('button', { name: 'Send request' }));
      await page.getByRole('heading', { level: 1, name: 'The gate does not close' }).waitFor();
      await page.locator('.status', { hasText: 'Sent' }).waitFor();
      assert.ok(thumb.taps <= 4, `${thumb.taps} taps`);
      assert.equal(thumb.typed, 1);
    },
  },
  {
    name: 'taps: the next visit at site 37 of 40 in three',
    needsOwnPortal: true,
    visitor: { hasTouch: true },
    async run(visitor, site) {
      const { page } = visitor;
      const { job_id: job, site: place } = site.far_visit;
      await visitor.signIn('fay.sites@acme.example.com');
      const thumb = makeThumb();
      await thumb.tap(page.getByRole('button', { name: 'Filters' }));
      await thumb.tap(page.getByRole('combobox', { name: 'Site' }));
      const options = page.getByRole('listbox', { name: 'Site' }).getByRole('option');
      assert.equal(await options.count(), 41, 'forty sites, and all of them');
      assert.equal(await options.nth(37).innerText(), place);
      await visitor.check('sites-open', page, ['target-size']);
      await thumb.type(page, place.toUpperCase().split(' ').reverse().join(' '));
      assert.deepEqual(await options.allInnerTexts(), [place]);
      await page.screenshot({ path: `${visitor.options.folder}/sites-typed.png` });
      await thumb.tap(options.first());
      await page.waitForURL(/\?site=\d+$/);
      await visitor.settle();
      assert.equal(thumb.taps, 3);
      const first = page.locator('.card-link').first();
      assert.equal(await first.getAttribute('id'), `job-${job}`, 'the next visit is the first');
      assert.match(await first.innerText(), new RegExp(place));
      assert.match(await first.locator('.card-time').innerText(), /^\d{1,2}:\d\d/);
      assert.ok(await first.evaluate((card) => card.getBoundingClientRect().bottom < innerHeight * 1.5));
      await visitor.check('sites-found');

      // Leaving without a choice changes nothing; words that fit nothing say so.
      await page.getByRole('combobox', { name: 'Site' }).tap();
      await page.keyboard.type('zzz');
      await page.getByText('Nothing matches').waitFor();
      await page.keyboard.press('Escape');
      assert.equal(await page.getByRole('combobox', { name: 'Site' }).inputValue(), place);
      await page.getByRole('combobox', { name: 'Site' }).tap();
      await options.first().tap();
      await page.waitForURL((url) => url.search === '');
    },
  },
];
