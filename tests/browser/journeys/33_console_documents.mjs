// Staff file documents at a client, show and hide each, and hide one from single people (C9).
import assert from 'node:assert/strict';
import { desktop, Visitor } from '../visitor.mjs';
import { openClients } from './30_console_clients.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();
const alex = 'alex.morgan@acme.example.com';

// The smallest that is one.
function pdf(text) {
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>'];
  let file = `%PDF-1.4\n%${text}\n`;
  const places = objects.map((object, index) => {
    const at = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const at = file.length;
  file += `xref\n0 4\n0000000000 65535 f \n${places.join('')}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`;
  return Buffer.from(file);
}

export const journeys = [
  {
    name: 'console: documents are filed, hidden, replaced and deleted',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page, account } = visitor;
      await openClients(visitor, 'dora.documents');
      await page.getByLabel('Search clients').fill('acme facilities');
      await page.getByRole('link', { name: 'Acme Facilities Ltd' }).click();
      await heading(page, 'Acme Facilities Ltd');
      const table = page.getByRole('table', { name: 'Documents of Acme Facilities Ltd' });
      await table.waitFor();
      const files = [
        { name: 'Filed one.pdf', mimeType: 'application/pdf', buffer: pdf('one') },
        { name: 'Filed two.pdf', mimeType: 'application/pdf', buffer: pdf('two') },
        { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no document') },
      ];
      await page.locator('.drop input[type=file]').setInputFiles(files);
      const works = page.locator('.works');
      await works.getByText('2 done.').waitFor();
      await works.getByText('This is no PDF, JPG or PNG.').waitFor();
      await table.getByText('Filed two.pdf').first().waitFor();
      await visitor.check('console-client-documents');

      const member = await Visitor.arrive(visitor.context.browser(), account, visitor.options);
      await member.signIn(alex);
      const sees = async (name) => {
        await member.go(`/documents?q=${encodeURIComponent(name)}`);
        await member.page.locator('.rows, .state').first().waitFor();
        await member.settle();
        return (await member.page.locator('.rows .file-name').count()) > 0;
      };
      assert.equal(await sees('Filed one'), true);

      await page.getByRole('navigation').getByRole('link', { name: 'Documents' }).click();
      await heading(page, 'Documents');
      await page.getByLabel('Search documents').fill('filed');
      const all = page.getByRole('table', { name: 'Documents' });
      const one = all.getByRole('row', { name: /Filed one/ });
      await one.waitFor();
      await visitor.check('console-documents');
      await one.getByRole('switch').click();
      await one.getByRole('switch', { checked: false }).waitFor();
      await one.getByText(/^Not shown/).first().waitFor();
      assert.equal(await sees('Filed one'), false);

      const two = all.getByRole('row', { name: /Filed two/ });
      await two.getByRole('button', { name: 'Who sees it: Filed two.pdf' }).click();
      const hide = page.getByRole('dialog', { name: 'Who does not see Filed two.pdf' });
      await hide.getByRole('checkbox', { name: new RegExp(alex) }).check();
      await visitor.check('console-hidden-from');
      await hide.getByRole('button', { name: 'Save' }).click();
      await two.getByText('Hidden from 1 person').waitFor();
      assert.equal(await sees('Filed two'), false);

      const chooser = page.waitForEvent('filechooser');
      await two.getByRole('button', { name: 'Replace: Filed two.pdf' }).click();
      await (await chooser).setFiles({ name: 'other.pdf', mimeType: 'application/pdf', buffer: pdf('another one, longer') });
      await works.getByText('Replacing Filed two.pdf').waitFor();
      await works.getByText('1 done.').waitFor();

      for (const name of ['Filed one.pdf', 'Filed two.pdf']) {
        await all.getByRole('button', { name: `Delete: ${name}` }).click();
        await page.getByRole('dialog', { name: `Delete ${name}?` }).getByRole('button', { name: 'Delete' }).click();
        await notice(page, `${name} is deleted.`);
      }
      await page.getByRole('heading', { level: 2, name: 'No document matches' }).waitFor();
      await member.leave();
    },
  },
];
