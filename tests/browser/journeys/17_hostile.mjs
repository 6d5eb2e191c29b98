// Names and words that want to be markup, scripts, addresses or templates stay words on every page that shows them (SECURITY R51).
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

// What markup would leave behind: something that ran, an element or attribute that our pages do not make, an address that is a script.
const findForeign = (page) =>
  page.evaluate(() => {
    const found = [];
    if (globalThis.ran !== undefined) found.push('a script ran');
    for (const element of document.querySelectorAll('main *, nav *, header *')) {
      if (['SCRIPT', 'STYLE', 'IFRAME', 'OBJECT', 'EMBED', 'LINK', 'BASE', 'MATH'].includes(element.tagName)) found.push(element.outerHTML.slice(0, 120));
      if (element.tagName === 'IMG' && !element.src.startsWith(`${location.origin}/`)) found.push(element.outerHTML.slice(0, 120));
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on')) found.push(`${element.tagName} ${name}`);
        if (['href', 'src', 'action', 'formaction'].includes(name) && /^\s*(javascript|data|vbscript):/i.test(value)) found.push(`${element.tagName} ${name}=${value}`);
      }
    }
    return found;
  });

async function look(visitor, path, least) {
  const { page } = visitor;
  await visitor.go(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await visitor.settle();
  // All that there is, as far as the page goes on.
  for (let turn = 0; turn < 4; turn += 1) {
    const more = page.locator('main button', { hasText: /^Show more/ }).first();
    if ((await more.count()) === 0 || !(await more.isVisible())) break;
    await more.click();
    await visitor.settle();
  }
  assert.deepEqual(await findForeign(page), [], path);
  const text = await page.locator('main').innerText();
  const words = ['<script>', 'onerror=', '{{', '&lt;', 'javascript:'].filter((word) => text.includes(word));
  assert.ok(words.length >= least, `${path} shows the texts as they are: ${words}`);
  const { overflow, title } = await page.evaluate(() => ({ overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth, title: document.title }));
  assert.ok(overflow <= 0, `${path} is ${overflow} px wider than the screen`);
  assert.ok(title.length > 5);
}

export const journeys = [
  {
    name: 'hostile texts: a member sees words',
    needsOwnPortal: true,
    account: 'hostile',
    async run(visitor) {
      const { page } = visitor;
      await visitor.signIn('hal@acme.example.com');
      await look(visitor, '/?state=finished', 3);
      const jobs = await page.evaluate(async () => (await (await fetch('/api/v1/jobs?state=finished&limit=100')).json()).items.map(({ id }) => id));
      assert.equal(jobs.length, 100);
      for (const id of [jobs[0], jobs[3], jobs[40], jobs[99]]) await look(visitor, `/jobs/${id}`, 1);
      await look(visitor, '/documents', 1);
      await look(visitor, '/invoices', 3);
      await look(visitor, '/account', 0);
      // The control: what is looked for is found where markup is believed (a handler of an event would be stopped by the page's policy, too).
      await page.evaluate(() => document.querySelector('main').insertAdjacentHTML('beforeend', '<p><a href="javascript:x()">x</a><iframe></iframe></p>'));
      assert.equal((await findForeign(page)).length, 2);
    },
  },
  {
    name: 'hostile texts: staff see words',
    needsOwnPortal: true,
    account: 'hostile',
    visitor: { viewport: desktop },
    async run(visitor) {
      await visitor.signInAsStaff('hetty@hostile.example.com');
      const { page } = visitor;
      await look(visitor, '/console/clients', 3);
      const client = await page.evaluate(async () => (await (await fetch('/api/v1/staff/clients?q=script&limit=1')).json()).items[0].id);
      await look(visitor, `/console/clients/${client}`, 1);
      await look(visitor, '/console/requests', 3);
      const request = await page.evaluate(async () => (await (await fetch('/api/v1/staff/work-requests?q=script&limit=1')).json()).items[0].id);
      await look(visitor, `/console/requests/${request}`, 1);
      await look(visitor, '/console/invoices', 3);
      for (const path of ['/console/users', '/console/documents', '/console/appearance', '/console/activity', '/console/settings', '/console']) await look(visitor, path, 0);
    },
  },
];
