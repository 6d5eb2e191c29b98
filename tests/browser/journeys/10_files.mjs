// A client's documents, and photos, files and signatures on the page of a job (C9, A17).
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const alex = 'alex.morgan@acme.example.com';
const names = (page) => page.locator('.rows .file-name').evaluateAll((list) => list.map((name) => name.firstChild.textContent));

// A finished job with a field of several photos: the pictures of that field.
async function openJobWithPhotos(visitor) {
  const { page } = visitor;
  await visitor.signIn(alex);
  const found = await page.evaluate(async () => {
    const ask = async (path) => (await fetch(`/api/v1/jobs${path}`)).json();
    const { items } = await ask('?state=finished&limit=20');
    for (const { id } of items) {
      const { fields } = await ask(`/${id}`);
      const field = fields.find(({ type, value }) => type === 'photo' && value?.length > 1);
      if (field !== undefined) return { id, label: field.label };
    }
    return null;
  });
  assert.ok(found, 'the demo has a finished job with photos');
  await visitor.go(`/jobs/${found.id}`);
  await page.getByRole('heading', { level: 2, name: 'Details' }).waitFor();
  return page.locator('.fact', { hasText: found.label }).locator('.picture');
}

const isDrawn = (image) => image.evaluate(async (element) => element.decode().then(() => element.naturalWidth > 1));
const isOpen = (page) => page.locator('dialog[open]').count();
const caption = (page) => page.locator('.viewer-text').innerText();

async function swipe(page, fromX, toX) {
  const session = await page.context().newCDPSession(page);
  const touch = (type, x) => session.send('Input.dispatchTouchEvent', { type, touchPoints: x === null ? [] : [{ x, y: 400 }] });
  await touch('touchStart', fromX);
  for (let step = 1; step <= 5; step += 1) await touch('touchMove', fromX + ((toX - fromX) * step) / 5);
  await touch('touchEnd', null);
  await session.detach();
}

export const journeys = [
  {
    name: 'documents: a blank between two words is not taken away by the answer for the first',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await visitor.go('/documents');
      await page.locator('.rows').waitFor();
      const field = page.getByRole('searchbox');
      await field.pressSequentially('plan ');
      await page.waitForURL('**/documents?q=plan');
      await visitor.settle();
      await field.pressSequentially('of');
      await page.waitForURL('**/documents?q=plan+of');
      assert.equal(await field.inputValue(), 'plan of');
    },
  },
  {
    name: 'documents: list, search, order, open and save',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn(alex);
      await page.getByRole('link', { name: 'Documents', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Documents' }).waitFor();
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      await page.locator('.rows').waitFor();
      assert.equal(await page.title(), 'Documents – Brightwater');
      const newest = await names(page);
      assert.equal(newest.length, 20);
      for (const text of await page.locator('.file-text .muted').allInnerTexts()) {
        assert.match(text, /^Document( \([A-Z]+\))?, [\d.,]+ (bytes|kB|MB), added \w{3} \d/, 'type, size and day are said before it is opened');
      }
      await visitor.check('documents');

      await page.getByLabel('Order').selectOption({ label: 'Name, Z to A' });
      await page.waitForURL('**/documents?sort=-name');
      await visitor.settle();
      const byName = await names(page);
      assert.deepEqual([...byName].sort((one, other) => other.localeCompare(one, 'en')), byName);
      await page.goBack();
      await visitor.settle();
      assert.deepEqual(await names(page), newest);
      await page.getByRole('button', { name: 'Show more documents' }).click();
      await page.locator('.rows li').nth(25).waitFor();
      const all = await names(page);
      assert.deepEqual(all.slice(0, 20), newest);
      assert.equal(new Set(all).size, 26);
      await page.waitForFunction((name) => document.activeElement.innerText.startsWith(name), all[20]);
      assert.equal(await page.getByRole('button', { name: 'Show more documents' }).count(), 0);

      // In the browser, in a tab of its own.
      const pdf = page.locator('a.file-name', { hasText: '.pdf' }).first();
      const [opened] = await Promise.all([page.context().waitForEvent('page'), pdf.click()]);
      await opened.waitForLoadState();
      assert.match(opened.url(), /\/api\/v1\/documents\/\d+\/content$/);
      await opened.close();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: `Save ${newest[0]}` }).click()]);
      assert.equal(download.suggestedFilename(), newest[0]);
      assert.equal(await download.failure(), null);

      const word = newest[0].split(/\W/)[0];
      await page.getByLabel('Search documents').fill(word.toUpperCase());
      await page.waitForURL(`**/documents?q=${word.toUpperCase()}`);
      await visitor.settle();
      const found = await names(page);
      assert.ok(found.length > 0 && found.every((name) => name.toLowerCase().includes(word.toLowerCase())));
      await page.getByLabel('Search documents').fill('no document has these words');
      await page.getByRole('heading', { name: 'No document matches' }).waitFor();
      await visitor.check('documents-nothing-found');
      await page.getByRole('button', { name: 'Show all documents' }).click();
      await page.locator('.rows').waitFor();
      assert.equal(visitor.path, '/documents');
      assert.deepEqual(await names(page), newest);
    },
  },
  {
    name: 'documents: none yet, none that may be seen, and no connection are three things',
    visitor: { viewport: desktop, colorScheme: 'dark' },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn('ruth.okafor@example.com');
      assert.equal(await page.getByRole('link', { name: 'Documents' }).count(), 0, 'no link to what may not be seen');
      await visitor.go('/documents');
      await page.getByRole('heading', { level: 2, name: 'You have no access to documents' }).waitFor();
      await page.getByText(/^Brightwater decides what you see here\./).waitFor();
      await visitor.check('documents-no-access');
      await visitor.context.clearCookies();

      await visitor.signIn(alex);
      await visitor.go('/documents');
      await page.locator('.rows').waitFor();
      await visitor.check('documents-dark');
      await visitor.context.setOffline(true);
      await page.locator('.banner').getByText(/^You are offline\. What you see is from/).waitFor();
      await page.locator('a.file-name').first().click();
      await page.locator('#notice').getByText('Files can be opened again when you have a connection.').waitFor();
      assert.equal(visitor.context.pages().length, 1, 'nothing was opened');
      await visitor.check('documents-offline');
      await visitor.context.setOffline(false);
      await page.route('**/api/v1/documents?*', (route) => route.fulfill({ json: { items: [], next_cursor: null } }));
      await visitor.go('/documents');
      await page.getByRole('heading', { level: 2, name: 'No documents yet' }).waitFor();
      await visitor.check('documents-empty');
    },
  },
  {
    name: 'photos: on the whole screen by keys, by swiping and by buttons, and back to where one was',
    async run(visitor) {
      const { page } = visitor;
      const pictures = await openJobWithPhotos(visitor);
      const last = (await pictures.count()) - 1;
      for (const image of await pictures.locator('img').all()) {
        await image.scrollIntoViewIfNeeded();
        assert.ok(await isDrawn(image), 'the photo is a picture');
      }
      const address = page.url();
      await pictures.first().click();
      await page.locator('dialog[open]').waitFor();
      assert.ok(await isDrawn(page.locator('.viewer-stage img')));
      assert.match(await caption(page), new RegExp(`, 1 of ${last + 1}: `));
      assert.equal(await page.locator('.viewer-stage img').getAttribute('alt'), await caption(page));
      await visitor.check('photo-viewer');

      await page.keyboard.press('ArrowRight');
      await page.locator('.viewer-text', { hasText: `2 of ${last + 1}` }).waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.locator('.viewer-text', { hasText: `1 of ${last + 1}` }).waitFor();
      await page.keyboard.press('End');
      await page.locator('.viewer-text', { hasText: `${last + 1} of ${last + 1}` }).waitFor();
      await swipe(page, 60, 320);
      await page.locator('.viewer-text', { hasText: `${last} of ${last + 1}` }).waitFor();
      await swipe(page, 320, 60);
      await page.locator('.viewer-text', { hasText: `${last + 1} of ${last + 1}` }).waitFor();
      await page.getByRole('button', { name: 'Previous picture' }).click();
      await page.locator('.viewer-text', { hasText: `${last} of ${last + 1}` }).waitFor();
      // The focus cannot leave for the page behind; from the last stop it may go to the browser's own buttons.
      for (let presses = 0; presses < 6; presses += 1) {
        await page.keyboard.press('Tab');
        assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null));
      }

      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      assert.equal(page.url(), address);
      assert.ok(await pictures.nth(last - 1).evaluate((element) => element === document.activeElement), 'the focus is on the photo seen last');

      // Going back closes the viewer and stays on the page; closing leaves nothing behind in the history.
      await page.keyboard.press('Enter');
      await page.locator('dialog[open]').waitFor();
      await page.goBack();
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      assert.equal(page.url(), address);
      await pictures.first().click();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      assert.equal(await isOpen(page), 0);
      await page.goBack();
      await page.waitForURL((url) => url.href !== address);
    },
  },
  {
    name: 'photos: one that cannot be had says so, files say type and size',
    visitor: { viewport: desktop, colorScheme: 'dark' },
    async run(visitor) {
      const { page } = visitor;
      await page.route('**/api/v1/jobs/*/files/*', (route) => route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{}' }));
      const pictures = await openJobWithPhotos(visitor);
      await pictures.first().scrollIntoViewIfNeeded();
      await pictures.first().locator('svg').waitFor();
      assert.match(await pictures.first().innerText(), /, 1 of \d+: .+\.jpg$/);
      await visitor.check('photos-missing');
      await pictures.first().click();
      await page.getByText('This picture cannot be shown.').waitFor();
      await visitor.check('photo-viewer-missing');
      await page.getByRole('button', { name: 'Close' }).click();
      const file = page.locator('.files .file').first();
      assert.match(await file.innerText(), /\.pdf[\s\S]*File \(PDF\), [\d.]+ (bytes|kB|MB)/);
      assert.match(await file.getByRole('link', { name: /^Save / }).getAttribute('href'), /\/api\/v1\/jobs\/\d+\/files\/\d+\?download=1$/);
    },
  },
];
