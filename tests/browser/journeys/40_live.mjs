// A page that is open shows what changes behind its back: in every tab, without a reload, and with the reader's place and focus where they were.
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';
const cards = (page) => page.locator('.card-link');
const idOf = async (card) => (await card.getAttribute('id')).slice('job-'.length);
const topOf = (page, id) => page.locator(`#job-${id}`).evaluate((card) => Math.round(card.getBoundingClientRect().top));
const focused = (page) => page.evaluate(() => document.activeElement?.id ?? '');
const said = (page, text) => page.locator('#announcer').getByText(text).first().waitFor({ state: 'attached' });

// Whatever reloads a page takes the mark away.
const mark = (page) => page.evaluate(() => (globalThis.mark = true));
const isMarked = (page) => page.evaluate(() => globalThis.mark === true);

function change(site, sql, ...parameters) {
  return site.ask({ sql, parameters });
}

const setReference = (site, id, reference) => change(site, 'UPDATE portal.job SET reference = %s WHERE job_id = %s RETURNING 1', reference, id);

// Streams that the browser has asked for, and those that are still open.
function countStreams(context) {
  const streams = { asked: 0, open: 0 };
  const isStream = (request) => new URL(request.url()).pathname === '/api/v1/stream';
  context.on('request', (request) => {
    if (isStream(request)) {
      streams.asked += 1;
      streams.open += 1;
    }
  });
  for (const event of ['requestfinished', 'requestfailed']) {
    context.on(event, (request) => {
      if (isStream(request)) streams.open -= 1;
    });
  }
  return streams;
}

async function follow(visitor, page = visitor.page) {
  const begun = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/v1/stream' && response.status() === 200);
  await visitor.signIn(alex, page);
  await begun;
  // What was asked again when the stream began has been drawn.
  await page.waitForTimeout(700);
  await visitor.settle(page);
}

async function untilShown(page, text) {
  await page.getByText(text, { exact: false }).first().waitFor();
}

export const journeys = [
  {
    name: 'live: a job changes in the database, and both tabs show it with the place and the focus kept',
    needsOwnPortal: true,
    alone: true,
    async run(visitor, site) {
      const { page, context } = visitor;
      const streams = countStreams(context);
      await follow(visitor);
      const other = await visitor.open();
      await visitor.go('/', other);
      await cards(other).first().waitFor();
      await visitor.settle(other);
      await other.waitForTimeout(500);
      assert.deepEqual(streams, { asked: 1, open: 1 }, 'one stream for both');
      for (const each of [page, other]) await mark(each);

      const [second, ninth] = [await idOf(cards(page).nth(1)), await idOf(cards(page).nth(8))];
      await page.locator(`#job-${ninth}`).focus();
      await page.locator(`#job-${ninth}`).evaluate((card) => card.scrollIntoView({ block: 'center' }));
      const before = await topOf(page, ninth);
      const started = Date.now();
      await setReference(site, ninth, 'LIVE-ONE');
      await Promise.all([page, other].map((each) => untilShown(each, 'LIVE-ONE')));
      assert.ok(Date.now() - started < 3000, `it took ${Date.now() - started} ms`);
      assert.deepEqual([await focused(page), await topOf(page, ninth)], [`job-${ninth}`, before]);
      await said(page, '1 job has just changed');
      assert.match(await page.locator(`#job-${ninth}`).innerText(), /Updated just now/);
      await visitor.check('live-jobs-390');

      // What stands above goes away: what is being read stays where it is.
      await change(site, "UPDATE portal.job SET status = 'cancelled' WHERE job_id = %s RETURNING 1", second);
      await page.locator(`#job-${second}`).waitFor({ state: 'detached' });
      await other.locator(`#job-${second}`).waitFor({ state: 'detached' });
      assert.deepEqual([await focused(page), await topOf(page, ninth)], [`job-${ninth}`, before]);
      // And back.
      await change(site, "UPDATE portal.job SET status = 'scheduled' WHERE job_id = %s RETURNING 1", second);
      await page.locator(`#job-${second}`).waitFor();
      assert.deepEqual([await focused(page), await topOf(page, ninth)], [`job-${ninth}`, before]);

      // The focused one itself goes: its neighbour has the focus, never nothing.
      await change(site, "UPDATE portal.job SET status = 'cancelled' WHERE job_id = %s RETURNING 1", ninth);
      await page.locator(`#job-${ninth}`).waitFor({ state: 'detached' });
      assert.match(await focused(page), /^job-\d+$/);
      await change(site, "UPDATE portal.job SET status = 'scheduled' WHERE job_id = %s RETURNING 1", ninth);
      await page.locator(`#job-${ninth}`).waitFor();
      for (const each of [page, other]) assert.ok(await isMarked(each), 'not loaded again');
      assert.deepEqual(streams, { asked: 1, open: 1 });

      // The tab that reads the stream goes: the other one takes over.
      await page.close();
      await other.waitForResponse((response) => new URL(response.url()).pathname === '/api/v1/stream');
      await setReference(site, ninth, 'LIVE-TWO');
      await untilShown(other, 'LIVE-TWO');
      visitor.page = other;
    },
  },
  {
    name: 'live: a job, documents, sites and what the business sets up',
    needsOwnPortal: true,
    alone: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      await follow(visitor);
      await mark(page);
      const accent = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent').trim());
      const [{ 0: account, 1: client }] = (await change(site, "SELECT account_id, client_id FROM portal.client WHERE name = 'Acme Facilities Ltd'")).rows;
      const [[name, colour]] = (await change(site, 'SELECT name, accent_colour FROM portal.portal WHERE account_id = %s', account)).rows;
      await change(site, "UPDATE portal.portal SET name = 'Brighter than ever', accent_colour = '#7a1fa2' WHERE account_id = %s RETURNING 1", account);
      await page.locator('header').getByText('Brighter than ever').or(page.locator('header img[alt="Brighter than ever"]')).first().waitFor();
      assert.equal(await accent(), '#7a1fa2');
      await change(site, 'UPDATE portal.portal SET name = %s, accent_colour = %s WHERE account_id = %s RETURNING 1', name, colour, account);

      const options = () => page.locator('#site option').allInnerTexts();
      await change(site, "INSERT INTO portal.site (account_id, client_id, name, address) VALUES (%s, %s, 'Lighthouse Point', '1 Quay') RETURNING 1", account, client);
      await page.waitForFunction(() => [...document.querySelectorAll('#site option')].some(({ textContent }) => textContent === 'Lighthouse Point'));
      await change(site, "DELETE FROM portal.site WHERE name = 'Lighthouse Point' RETURNING 1");
      await page.waitForFunction(() => ![...document.querySelectorAll('#site option')].some(({ textContent }) => textContent === 'Lighthouse Point'));
      assert.ok((await options()).length > 1);

      const id = await idOf(cards(page).nth(3));
      await cards(page).nth(3).click();
      await page.getByRole('heading', { level: 2, name: 'Details' }).waitFor();
      await visitor.settle();
      await setReference(site, id, 'LIVE-THREE');
      await untilShown(page, 'LIVE-THREE');
      await said(page, 'This job has just changed.');
      await page.locator('.updated').waitFor();
      await visitor.check('live-job-1280');

      await page.goto('about:blank');
      await visitor.go('/documents');
      await page.locator('.rows li').first().waitFor();
      await page.waitForTimeout(700);
      await mark(page);
      const [[document, title]] = (await change(site, 'SELECT document_id, name FROM portal.document WHERE account_id = %s AND client_id = %s AND is_visible AND name NOT LIKE %s ORDER BY created_at DESC LIMIT 1', account, client, 'CANARY%')).rows;
      await change(site, "UPDATE portal.document SET name = 'Plan of the quay.pdf' WHERE document_id = %s RETURNING 1", document);
      await untilShown(page, 'Plan of the quay.pdf');
      await said(page, '1 document has just changed');
      assert.ok(await isMarked(page));
      await visitor.check('live-documents-1280');
      await change(site, 'UPDATE portal.document SET name = %s WHERE document_id = %s RETURNING 1', title, document);
    },
  },
  {
    name: 'live: a picture that goes while it is looked at gives way to another, and the last one closes the viewer',
    needsOwnPortal: true,
    alone: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      await follow(visitor);
      const [[job]] = (await change(site, `SELECT f.job_id::text FROM portal.job_file f JOIN portal.job j USING (account_id, job_id) JOIN portal.client c USING (account_id, client_id)
        WHERE c.name = 'Acme Facilities Ltd' AND j.status = 'finished' AND f.media_type LIKE 'image/%%' GROUP BY f.job_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1`)).rows;
      await visitor.go(`/jobs/${job}`);
      const pictures = page.locator('.pictures').first().locator('.picture');
      await pictures.first().waitFor();
      await visitor.settle();
      const count = await pictures.count();
      const caption = (text) => page.locator('.viewer-text', { hasText: text }).waitFor();
      await pictures.nth(count - 1).click();
      await caption(`, ${count} of ${count}`);
      const id = async (picture) => /files\/(\d+)/.exec(await picture.locator('img').getAttribute('src'))[1];
      const ids = await Promise.all([...Array(count).keys()].map((number) => id(pictures.nth(number))));
      const take = (which) => change(site, 'DELETE FROM portal.job_file WHERE job_file_id = ANY(%s::bigint[]) RETURNING 1', `{${which}}`);
      await take(ids.at(-1));
      await caption(`, ${count - 1} of ${count - 1}`);
      await take(ids.slice(0, -1));
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
      await page.locator('.job-head').waitFor();
      await page.goBack();
      await page.waitForURL('**/');
    },
  },
  {
    name: 'live: without a network the page says so, and catches up with it',
    needsOwnPortal: true,
    alone: true,
    async run(visitor, site) {
      const { page, context } = visitor;
      await follow(visitor);
      await mark(page);
      const id = await idOf(cards(page).nth(2));
      await context.setOffline(true);
      await page.locator('.banner').getByText('You are offline.').waitFor();
      await setReference(site, id, 'LIVE-FOUR');
      await visitor.check('live-offline-390');
      await page.waitForTimeout(500);
      assert.equal(await page.getByText('LIVE-FOUR').count(), 0);
      const back = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/v1/stream' && response.status() === 200);
      await context.setOffline(false);
      await untilShown(page, 'LIVE-FOUR');
      await page.locator('.banner').waitFor({ state: 'detached' });
      await back;
      await setReference(site, id, 'LIVE-FIVE');
      await untilShown(page, 'LIVE-FIVE');
      assert.ok(await isMarked(page));
    },
  },
  {
    name: 'live: PostgreSQL and Redis go and come back, and the page has missed nothing',
    needsOwnPortal: true,
    alone: true,
    async run(visitor, site) {
      const { page } = visitor;
      visitor.expectedStatuses.push(503);
      await follow(visitor);
      await mark(page);
      const id = await idOf(cards(page).nth(2));
      await site.ask({ stop: 'redis' });
      await setReference(site, id, 'LIVE-SIX');
      await untilShown(page, 'LIVE-SIX');
      await site.ask({ start: 'redis' });
      await site.ask({ stop: 'postgres' });
      await page.waitForTimeout(1500);
      await site.ask({ start: 'postgres' });
      // Told by nobody: the connection that would have heard it is gone.
      await setReference(site, id, 'LIVE-SEVEN');
      await untilShown(page, 'LIVE-SEVEN');
      await setReference(site, id, 'LIVE-EIGHT');
      await untilShown(page, 'LIVE-EIGHT');
      await page.locator('.banner').waitFor({ state: 'detached' });
      assert.ok(await isMarked(page));
    },
  },
  {
    name: 'live: a session that is ended elsewhere ends in every tab',
    needsOwnPortal: true,
    alone: true,
    async run(visitor, site) {
      const { page } = visitor;
      await follow(visitor);
      const other = await visitor.open();
      await visitor.go('/documents', other);
      await other.locator('.rows li').first().waitFor();
      await change(site, 'UPDATE portal.session SET ended_at = now() WHERE ended_at IS NULL AND member_id = (SELECT member_id FROM portal.member WHERE email = %s LIMIT 1) RETURNING 1', alex);
      for (const each of [page, other]) {
        await each.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
        await each.locator('#notice').getByText('ended', { exact: false }).waitFor();
      }
    },
  },
];
