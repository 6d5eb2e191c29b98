// What clients see is chosen by staff (A2 to A5, A9): it takes effect when it is saved, and one reads before what will change.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { Visitor, desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const max = 'max.appears@brightwater.example.com';
const labelOf = (box) => box.evaluate((input) => input.closest('label').innerText.split('\n')[0]);

async function saveAndChange(page) {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const change = page.getByRole('dialog', { name: 'What will change for clients' });
  await change.getByRole('button', { name: 'Save and change it' }).click();
  await change.waitFor({ state: 'detached' });
  await page.getByText('There are changes that are not saved.').waitFor({ state: 'detached' });
}

// As a client counts them, on a page that is opened anew.
async function countJobs(member) {
  await member.go('/');
  await member.settle();
  const counts = await member.page.getByRole('link', { name: /^(Planned|Active|Finished|Cancelled)/ }).locator('.count').allInnerTexts();
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

async function readFirstJob(member) {
  await member.go('/');
  await member.page.locator('.card-link').first().click();
  await member.page.locator('h1').waitFor();
  await member.settle();
  return member.page.locator('main').innerText();
}

export const journeys = [
  {
    name: 'appearance: templates and fields, saved after reading what will change',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff(max);
      await page.getByRole('navigation').getByRole('link', { name: 'Appearance' }).click();
      await heading(page, 'Appearance');
      await visitor.check('console-appearance');
      // The five that cannot be switched off are shown as such.
      assert.equal(await page.locator('.fixed-fields li').count(), 5);

      // By its place: unticked it is no longer the first that is ticked.
      const boxes = page.locator('#templates-part input[type="checkbox"]');
      const first = boxes.nth(await boxes.evaluateAll((all) => all.findIndex(({ checked }) => checked)));
      const label = await first.evaluate((box) => box.closest('label').innerText.split('\n')[0]);
      await first.uncheck();
      await page.getByText('There are changes that are not saved.').waitFor();

      // Leaving asks once; staying keeps what was changed.
      await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
      const question = page.getByRole('dialog', { name: 'Leave without saving?' });
      await question.waitFor();
      await visitor.check('console-leave');
      await question.getByRole('button', { name: 'Stay here' }).click();
      await heading(page, 'Appearance');
      assert.equal(await first.isChecked(), false);
      await page.goBack();
      await question.waitFor();
      await page.keyboard.press('Escape');
      assert.equal(visitor.path, '/console/appearance');

      await page.getByRole('button', { name: 'Save', exact: true }).click();
      const change = page.getByRole('dialog', { name: 'What will change for clients' });
      await change.getByText(/jobs? will be hidden\./).waitFor();
      await change.getByRole('heading', { name: 'Templates that will be hidden' }).waitFor();
      await change.getByText(label, { exact: true }).waitFor();
      await visitor.check('console-what-changes');
      await change.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('There are changes that are not saved.').waitFor();
      await page.getByRole('button', { name: 'Discard the changes' }).click();
      assert.equal(await first.isChecked(), true);

      // Nothing that clients see changes with a phone number, so nothing is asked.
      const phone = await page.locator('#contact_phone').inputValue();
      await page.locator('#contact_website').fill('javascript:alert(1)');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.locator('#contact_website-error').waitFor();
      await page.locator('#contact_website').fill('https://brightwater.example/');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();
      assert.equal(await page.locator('#contact_phone').inputValue(), phone);
      const member = await Visitor.arrive(visitor.context.browser(), visitor.account, visitor.options);
      await member.go('/sign-in');
      await member.page.locator('a[href="https://brightwater.example/"]').waitFor();
      await member.leave();
    },
  },
  {
    name: 'appearance: what was read is saved, and what is changed meanwhile waits to be saved',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff(max);
      await visitor.go('/console/appearance');
      await heading(page, 'Appearance');
      const [read, later] = await Promise.all([0, 1].map((index) => labelOf(page.locator('#templates-part input:checked').nth(index))));
      const box = (name) => page.locator('#templates-part').getByRole('checkbox', { name, exact: false }).first();
      const phone = page.locator('#contact_phone');
      const number = await phone.inputValue();
      const preview = await visitor.hold('POST', '**/api/v1/staff/visibility/preview');
      await box(read).uncheck();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await preview.asked;
      await box(later).uncheck();
      await preview.release();
      const change = page.getByRole('dialog', { name: 'What will change for clients' });
      await change.getByText(read, { exact: true }).waitFor();
      assert.equal(await change.getByText(later, { exact: true }).count(), 0);
      const save = await visitor.hold('PUT', '**/api/v1/staff/templates');
      await change.getByRole('button', { name: 'Save and change it' }).click();
      await save.asked;
      await phone.fill('+44 20 7946 0666');
      await save.release();
      await page.locator('#notice').getByText('Saved.').waitFor();
      assert.deepEqual([await box(read).isChecked(), await box(later).isChecked(), await phone.inputValue()], [false, false, '+44 20 7946 0666']);
      // It is told from what is saved.
      await page.getByRole('button', { name: 'Discard the changes' }).click();
      assert.deepEqual([await box(read).isChecked(), await box(later).isChecked(), await phone.inputValue()], [false, true, number]);
      await box(read).check();
      await saveAndChange(page);
    },
  },
  {
    name: 'appearance: a client sees the jobs and fields that staff choose, and no others',
    needsOwnPortal: true,
    alone: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff(max);
      await visitor.go('/console/appearance');
      await heading(page, 'Appearance');
      const member = await Visitor.arrive(visitor.context.browser(), visitor.account, visitor.options);
      await member.signIn('alex.morgan@acme.example.com');

      const before = await countJobs(member);
      const template = page.locator('#templates-part input:checked').first();
      const name = await labelOf(template);
      const again = page.locator('#templates-part').getByRole('checkbox', { name });
      await template.uncheck();
      await saveAndChange(page);
      const fewer = await countJobs(member);
      assert.ok(fewer < before, `${fewer} jobs of ${before} without ${name}`);
      await again.check();
      await saveAndChange(page);
      assert.equal(await countJobs(member), before);

      const text = await readFirstJob(member);
      const labels = await Promise.all((await page.locator('#fields-part input:checked').all()).map(labelOf));
      const shown = labels.find((label) => text.includes(label));
      assert.ok(shown, `none of ${labels} in ${text}`);
      const field = page.locator('#fields-part').getByRole('checkbox', { name: shown });
      await field.first().uncheck();
      await saveAndChange(page);
      const without = await readFirstJob(member);
      assert.equal(without.includes(shown), false, `${shown} is still there`);
      await field.first().check();
      await saveAndChange(page);
      assert.equal(await readFirstJob(member), text);
      await member.leave();
    },
  },
  {
    name: 'appearance: a logo is uploaded by the button, and only a picture',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('sol.settles@brightwater.example.com');
      await visitor.go('/console/appearance');
      const logo = page.locator('section', { has: page.getByRole('heading', { name: 'Logo' }) });
      const choose = (name, mimeType, buffer) => logo.locator('input[type="file"]').setInputFiles({ name, mimeType, buffer });
      await choose('logo.svg', 'image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
      await logo.getByRole('alert').getByText('This is no JPG and no PNG.').waitFor();
      await choose('logo.png', 'image/png', Buffer.alloc(0));
      await logo.getByRole('alert').getByText('This file is empty.').waitFor();
      await choose('logo.png', 'image/png', png(240, 80));
      await logo.getByText('The picture is being checked.').waitFor();
      await visitor.check('console-logo-processing');
      // Until the courier has drawn it anew the logo before stays.
      const portal = await page.evaluate(async () => (await fetch('/api/v1/staff/portal')).json());
      assert.equal(portal.logo_state, 'processing');
    },
  },
  {
    name: 'appearance: who may only look is not offered to change',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('vera.views@brightwater.example.com');
      await visitor.go('/console/appearance');
      await heading(page, 'Appearance');
      await page.getByText('Your role lets you look at this').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).count(), 0);
      assert.equal(await page.locator('#templates').isDisabled(), true);
      await visitor.check('console-appearance-viewer');
    },
  },
];

// Bit by bit, as the PNG specification has it: zlib's own is younger than the Node that this runs with.
function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

// A small PNG, as a program would draw it.
function png(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((1 + width * 3) * height, 0x60);
  for (let row = 0; row < height; row += 1) rows[row * (1 + width * 3)] = 0;
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}
