// A list that says the essential of each job, planned, active and finished ones, and a page for each with the fields that the business has
// made visible (A16, A17).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { desktop } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';
const numbersOf = (page) => page.locator('.card-link').evaluateAll((cards) => cards.map((card) => card.id));
const countOf = async (page, state) => Number(await page.getByRole('link', { name: new RegExp(`^${state}`) }).locator('.count').innerText());

// What the reader finds in the file: the titles, and the rows by number.
async function download(page, button) {
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  const [titles, ...rows] = readFileSync(await saved.path(), 'utf8').trimEnd().split('\r\n');
  return { name: saved.suggestedFilename(), titles, rows };
}

// Another question than the one before, which the page may ask again by itself at any moment.
async function choose(visitor, act) {
  const isList = (url) => new URL(url).pathname === '/api/v1/jobs';
  const asked = await visitor.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const before = asked.filter(isList).at(-1);
  await Promise.all([visitor.page.waitForResponse((response) => isList(response.url()) && response.url() !== before), act()]);
  await visitor.settle();
}

export const journeys = [
  {
    name: 'jobs: planned, active, finished and cancelled, each with its count',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      assert.deepEqual(
        [await countOf(page, 'Planned'), await countOf(page, 'Active'), await countOf(page, 'Finished'), await countOf(page, 'Cancelled')],
        [28, 4, 40, 5],
      );
      const days = await page.locator('.day h2').allInnerTexts();
      assert.match(days[0], /^Tomorrow, \w{3} \d{1,2} \w{3,4}$/);
      assert.match(await page.locator('.card-time').first().innerText(), /^\d{1,2}:\d\d(–\d{1,2}:\d\d)?$/);
      await visitor.check('jobs-planned');

      await page.getByRole('link', { name: /^Active/ }).click();
      await visitor.settle();
      assert.equal(visitor.path, '/?state=active');
      const statuses = await page.locator('.status').allInnerTexts();
      assert.deepEqual([...statuses].sort(), ['In progress', 'In progress', 'On the way', 'Paused']);
      assert.equal(await page.locator('.status svg').count(), 4, 'a word and an icon');
      await visitor.check('jobs-active');

      await page.getByRole('link', { name: /^Finished/ }).click();
      await visitor.settle();
      assert.ok((await page.locator('.status').allInnerTexts()).every((word) => ['Finished', 'Could not be completed'].includes(word)));
      const times = await page.locator('.card-time time').evaluateAll((list) => list.map((time) => time.dateTime));
      assert.deepEqual(times, [...times].sort().reverse(), 'newest first');
      await visitor.check('jobs-finished');

      await page.getByRole('link', { name: /^Cancelled/ }).click();
      await visitor.settle();
      assert.deepEqual(new Set(await page.locator('.status').allInnerTexts()), new Set(['Cancelled']));
      await visitor.check('jobs-cancelled');
    },
  },
  {
    name: 'jobs: show more goes on where the list ended',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      const before = await numbersOf(page);
      assert.equal(before.length, 20);
      await page.getByRole('button', { name: 'Show more jobs' }).click();
      await page.locator('.card-link').nth(27).waitFor();
      const after = await numbersOf(page);
      assert.equal(after.length, 28);
      assert.equal(new Set(after).size, 28);
      assert.deepEqual(after.slice(0, 20), before);
      await page.waitForFunction((id) => document.activeElement.id === id, after[20]);
      assert.equal(await page.getByRole('button', { name: 'Show more jobs' }).count(), 0);
      assert.equal((await page.locator('.day h2').allInnerTexts()).at(-1), 'No date yet', 'jobs without a date come last');

      // Opening one far down and coming back: the same list, the same place, the focus on the job.
      await page.locator(`#${after[25]}`).click();
      await page.locator('main').getByRole('link', { name: 'Jobs', exact: true }).click();
      await page.waitForFunction((id) => document.activeElement.id === id, after[25]);
      await visitor.settle();
      assert.deepEqual(await numbersOf(page), after);
      assert.ok(await page.locator(`#${after[25]}`).evaluate((card) => card.getBoundingClientRect().top < innerHeight));
    },
  },
  {
    name: 'jobs: more that comes too late does not take the place of the list that was chosen meanwhile',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      const more = await visitor.hold('GET', /\/api\/v1\/jobs\?.*cursor=/);
      await page.getByRole('button', { name: 'Show more jobs' }).click();
      await more.asked;
      await page.getByRole('link', { name: /^Finished/ }).click();
      await page.locator('.status', { hasText: 'Finished' }).first().waitFor();
      const finished = await numbersOf(page);
      // The button of this list waits for nothing.
      assert.equal(await page.locator('main button[aria-busy="true"]').count(), 0);
      await more.release();
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
      assert.deepEqual(await numbersOf(page), finished);
      await page.getByRole('button', { name: 'Show more jobs' }).click();
      await page.locator('.card-link').nth(39).waitFor();
    },
  },
  {
    name: 'jobs: all of a list as a table',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      const planned = await download(page, 'Download as a table');
      assert.match(planned.name, /^Jobs Planned \d{4}-\d\d-\d\d\.csv$/);
      assert.match(planned.titles, /^\ufeff"Number","Status","Job","Start \(Europe\/London\)"/);
      assert.equal(planned.rows.length, 28, 'also those that are not shown yet');
      assert.match(planned.rows[0], /^"\d+","Planned","[^"]+","\d{4}-\d\d-\d\d \d\d:\d\d",/);
      await page.locator('#announcer').getByText('28 jobs are in the file').waitFor({ state: 'attached' });

      // The file holds what the filters leave.
      await choose(visitor, () => page.getByLabel('Search jobs').fill('boiler service'));
      const shown = await page.locator('.card-link').count();
      const found = await download(page, 'Download as a table');
      assert.equal(found.rows.length, shown);
      assert.ok(found.rows.every((row) => row.includes('"Boiler service"')));
    },
  },
  {
    name: 'jobs: a planned job goes into the calendar',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await page.locator('.card-link').first().click();
      const link = page.getByRole('link', { name: 'Add to calendar' });
      const [saved] = await Promise.all([page.waitForEvent('download'), link.click()]);
      assert.match(saved.suggestedFilename(), /^job-\d+\.ics$/);
      const entry = readFileSync(await saved.path(), 'utf8').replaceAll('\r\n ', '');
      const title = await page.getByRole('heading', { level: 1 }).innerText();
      const start = new Date(await page.locator('dd time').getAttribute('datetime')).toISOString().replace(/[-:]|\.\d+/g, '');
      assert.ok(entry.includes(`\r\nSUMMARY:${title}\r\n`) && entry.includes(`\r\nDTSTART:${start}\r\n`), entry);
      assert.ok(entry.includes(`/jobs/${visitor.path.split('/').at(-1)}\r\n`), 'it leads back to the page');

      await visitor.go('/?state=finished');
      await visitor.settle();
      await page.locator('.card-link').first().click();
      await page.locator('dt', { hasText: 'When' }).waitFor();
      assert.equal(await link.count(), 0, 'what is over needs no entry');
    },
  },
  {
    name: 'jobs: a table that is long in coming is counted, stopped and asked for again',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await page.getByRole('button', { name: 'Español' }).click();
      await page.getByRole('heading', { level: 1, name: 'Trabajos' }).waitFor();
      const answer = await visitor.hold('GET', /\/api\/v1\/jobs\?.*limit=100/);
      const button = page.locator('.job-download button');
      await button.click();
      await answer.asked;
      await page.getByText('0 trabajos hasta ahora…').waitFor();
      assert.equal(await button.innerText(), 'Detener la descarga');
      await visitor.check('jobs-download-coming-es');
      await button.press('Enter');
      assert.equal(await button.innerText(), 'Descargar como tabla');
      await answer.release();

      visitor.expectedFailures.push('net::ERR_FAILED');
      await page.route(/\/api\/v1\/jobs\?.*limit=100/, (route) => route.abort());
      await button.press('Enter');
      await page.locator('.job-download [role="alert"]').waitFor();
      await page.unroute(/\/api\/v1\/jobs\?.*limit=100/);
      const table = await download(page, 'Descargar como tabla');
      assert.equal(await page.locator('.job-download [role="alert"]').count(), 0);
      assert.match(table.titles, /"Número";"Estado";"Trabajo"/);
      assert.equal(table.rows.length, 28);
    },
  },
  {
    name: 'jobs: filters live in the address',
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await choose(visitor, () => page.getByLabel('Search jobs').fill('boiler SERVICE'));
      assert.equal(visitor.path, '/?q=boiler+SERVICE');
      const titles = await page.locator('.card-title').allInnerTexts();
      assert.ok(titles.length > 0 && titles.every((title) => title === 'Boiler service'));
      await page.locator('#announcer').getByText(/\d+ jobs?/).first().waitFor({ state: 'attached' });

      await choose(visitor, () => page.getByLabel('Site', { exact: true }).selectOption({ label: 'Head office' }));
      assert.match(visitor.path, /^\/\?q=boiler\+SERVICE&site=[0-9]+$/);
      const narrowed = await numbersOf(page);
      assert.ok(narrowed.length > 0 && narrowed.length < titles.length);
      await visitor.check('jobs-filtered');

      // Sharing the address shows the same; going back undoes one choice after the other.
      const tab = await visitor.open();
      await visitor.go(visitor.path, tab);
      await tab.locator('.card-link').first().waitFor();
      assert.deepEqual(await numbersOf(tab), narrowed);
      assert.equal(await tab.getByLabel('Search jobs').inputValue(), 'boiler SERVICE');
      await choose(visitor, () => page.goBack());
      assert.equal(visitor.path, '/?q=boiler+SERVICE');
      assert.equal((await numbersOf(page)).length, titles.length);

      await page.getByLabel('Search jobs').fill('no job has these words');
      await page.getByRole('heading', { name: 'No job matches' }).waitFor();
      await visitor.check('jobs-nothing-found');
      await choose(visitor, () => page.locator('.results').getByRole('button', { name: 'Clear filters' }).click());
      assert.equal(visitor.path, '/');
      assert.equal(await page.getByLabel('Search jobs').inputValue(), '');

      await choose(visitor, () => page.getByLabel('Who comes').selectOption({ label: 'Nobody assigned yet' }));
      const people = await page.locator('.card-link').allInnerTexts();
      assert.ok(people.length > 0 && people.every((text) => text.includes('Nobody assigned yet')));
      await page.goBack();

      await choose(visitor, () => page.getByLabel('Order').selectOption({ label: 'Number, highest first' }));
      assert.equal(visitor.path, '/?sort=-number');
      assert.equal(await page.locator('.day').count(), 0, 'a list by number has no days');
      await visitor.check('jobs-by-number');
    },
  },
  {
    name: 'jobs: filters by date, on a phone',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await page.getByRole('button', { name: 'Filters' }).click();
      const in3Days = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
      await choose(visitor, () => page.getByLabel('From').fill(in3Days));
      await choose(visitor, () => page.getByLabel('Until').fill(in3Days));
      assert.equal(visitor.path, `/?from=${in3Days}&to=${in3Days}`);
      assert.equal(await page.locator('.day h2').count(), 1);
      await page.getByRole('button', { name: 'Filters, 2 in use' }).waitFor();
      await visitor.check('jobs-dates');

      const before = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      await page.getByLabel('Until').fill(before);
      await page.getByRole('alert').getByText(/before “From”/).waitFor();
      await page.screenshot({ path: `${visitor.options.folder}/jobs-bad-dates.png` });
      await choose(visitor, () => page.locator('#filter-panel').getByRole('button', { name: 'Clear filters' }).click());
      assert.equal(visitor.path, '/');
    },
  },
  {
    name: 'job: every visible field by its label and type, the report once it is finished',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await choose(visitor, () => page.getByLabel('Search jobs').fill('boiler'));
      await page.getByRole('link', { name: /^Finished/ }).click();
      await visitor.settle();
      const card = page.locator('.card-link', { hasText: 'Boiler service' }).first();
      await card.click();
      await page.getByRole('heading', { level: 1, name: 'Boiler service' }).waitFor();
      assert.match(await page.title(), /^Boiler service #\d+ – Brightwater$/);
      for (const label of ['When', 'Where', 'Who', 'Description', 'Keys at reception', 'Urgency']) {
        await page.locator('dt', { hasText: label }).first().waitFor();
      }
      await page.getByRole('heading', { level: 2, name: 'Report' }).waitFor();
      const report = page.locator('.field-list').last();
      await report.locator('dt', { hasText: 'Your signature' }).waitFor();
      assert.match(await report.locator('.pictures li').first().innerText(), /^Photo \(JPEG\), \d+/);
      assert.match(await report.locator('.picture img').first().getAttribute('alt'), /^Photos?.*, 1 of \d+: .+\.jpg$/);
      assert.equal(await page.getByText('Internal remarks').count() + (await page.getByText('Alarm code').count()), 0);
      await visitor.check('job-finished');

      await page.locator('main').getByRole('link', { name: 'Jobs', exact: true }).click();
      await page.waitForFunction(() => document.activeElement.classList.contains('card-link'));
      assert.equal(visitor.path, '/?state=finished&q=boiler', 'the filters are still there');

      await visitor.go('/?state=active');
      await page.locator('.card-link', { hasText: 'Paused' }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await page.getByRole('heading', { level: 2, name: 'Report' }).count(), 0, 'no report before the end');
      await visitor.check('job-active');
    },
  },
  {
    name: 'job: one that is not mine and one that does not exist look alike',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn('ruth.okafor@example.com');
      const [mine] = await numbersOf(page);
      await visitor.go(`/jobs/${mine.replace('job-', '')}`);
      await page.getByRole('heading', { level: 1, name: /service|inspection|repair/ }).waitFor();
      const texts = [];
      for (const id of [1, 999999999]) {
        await visitor.go(`/jobs/${id}`);
        await page.getByRole('heading', { level: 1, name: 'This job is not here' }).waitFor();
        texts.push(await page.locator('main').innerText());
      }
      assert.equal(texts[0], texts[1]);
      await visitor.check('job-not-found');
      await page.getByRole('link', { name: 'To your jobs' }).click();
      await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
    },
  },
];
