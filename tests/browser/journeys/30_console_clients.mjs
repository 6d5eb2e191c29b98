// Clients in the console (A10): found while one types, added with their contacts and sites, and read from a file.
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();

export async function openClients(visitor, who) {
  await visitor.signInAsStaff(`${who}@brightwater.example.com`);
  await visitor.page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click();
  await heading(visitor.page, 'Clients');
  await visitor.settle();
}

// By the form, as staff do it; ends on the page of the client.
export async function addClient(page, { name, email = '', phone = '' }) {
  await page.getByRole('button', { name: 'Add a client' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a client' });
  await dialog.getByLabel('Name of the organisation').fill(name);
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByLabel('Phone').fill(phone);
  await dialog.getByRole('button', { name: 'Add the client' }).click();
  await heading(page, name);
}

export const journeys = [
  {
    name: 'console: clients are found while typing, by name, phone and email',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await openClients(visitor, 'cleo.clients');
      await visitor.check('console-clients');
      await addClient(page, { name: 'Quayside Café', email: 'hello@quayside.example', phone: '+44 20 7946 0018' });
      await page.locator('.back-link').click();
      const rows = page.getByRole('table', { name: 'Clients' }).locator('tbody tr');
      // A part of the name without its accent, one letter of it and another word, a part of the number without its blanks, a part of the address.
      for (const typed of ['quayside cafe', 'q cafe', '79460018', 'hello@quay']) {
        await page.getByLabel('Search clients').fill(typed);
        await page.waitForFunction((text) => new URLSearchParams(location.search).get('q') === text, typed);
        await rows.first().getByRole('link', { name: 'Quayside Café' }).waitFor();
        await page.waitForFunction(() => /client/.test(document.getElementById('announcer').textContent));
      }
      await page.getByLabel('Search clients').fill('no client is called like this');
      await page.getByRole('heading', { level: 2, name: 'No client matches' }).waitFor();
      await visitor.check('console-clients-nothing-found');
    },
  },
  {
    name: 'console: a client with contacts and sites is added, changed, and parts of it removed',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, server) {
      const { page } = visitor;
      await openClients(visitor, 'cleo.clients');
      await page.getByRole('button', { name: 'Add a client' }).click();
      const add = page.getByRole('dialog', { name: 'Add a client' });
      await add.getByRole('button', { name: 'Add the client' }).click();
      await add.locator('#organisation_name-error').waitFor();
      await add.getByRole('radio', { name: 'Person' }).check();
      await add.getByLabel('First name').fill('Nia');
      await add.getByLabel('Surname').fill('Okafor');
      await add.getByLabel('Email').fill('no address');
      await add.getByRole('button', { name: 'Add the client' }).click();
      await add.locator('#client_email-error').waitFor();
      assert.equal(await add.getByLabel('Surname').inputValue(), 'Okafor', 'nothing typed is lost');
      await visitor.check('console-add-client');
      await add.getByLabel('Email').fill('nia@okafor.example');
      await add.getByRole('button', { name: 'Add the client' }).click();
      await heading(page, 'Nia Okafor');
      await notice(page, 'Nia Okafor is added.');

      await page.getByRole('button', { name: 'Add an email or phone' }).click();
      const contact = page.getByRole('dialog', { name: 'Add an email or phone' });
      await contact.getByRole('radio', { name: 'Phone' }).check();
      await contact.getByLabel('Phone', { exact: true }).last().fill('020 7946 0555');
      await contact.getByLabel('Whose it is').fill('Reception');
      await contact.getByRole('button', { name: 'Save' }).click();
      const contacts = page.getByRole('table', { name: 'Emails and phones' });
      await contacts.getByText('Reception').waitFor();

      await page.getByRole('button', { name: 'Add a site' }).click();
      const site = page.getByRole('dialog', { name: 'Add a site' });
      await site.getByLabel('Name').fill('Mill Lane');
      await site.getByLabel('Address').fill('12 Mill Lane, Leeds');
      await site.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('table', { name: 'Sites' }).getByText('12 Mill Lane, Leeds').waitFor();
      await visitor.check('console-client');

      // An address of one site, and then of the whole client again.
      const reception = contacts.getByRole('row', { name: /Reception/ });
      const edited = page.getByRole('dialog', { name: /^Change .*0555/ });
      for (const where of ['Mill Lane', 'All of the client']) {
        await reception.getByRole('button', { name: /^Change/ }).click();
        await edited.getByLabel('Site').selectOption({ label: where });
        await edited.getByRole('button', { name: 'Save' }).click();
        await edited.waitFor({ state: 'detached' });
        await reception.getByText('Mill Lane').waitFor({ state: where === 'Mill Lane' ? 'visible' : 'detached' });
      }

      await page.locator('section[aria-labelledby="about"]').getByRole('button', { name: 'Change' }).click();
      const edit = page.getByRole('dialog', { name: 'Change Nia Okafor' });
      await edit.getByLabel('Surname').fill('Okafor-Bell');
      await edit.getByRole('button', { name: 'Save' }).click();
      await heading(page, 'Nia Okafor-Bell');

      await contacts.getByRole('button', { name: /^Remove: .*0555/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await contacts.getByText('Reception').waitFor({ state: 'detached' });
      await page.reload();
      await heading(page, 'Nia Okafor-Bell');
      await page.getByRole('table', { name: 'Sites' }).getByText('Mill Lane', { exact: true }).waitFor();
      assert.equal(await page.getByText('Reception').count(), 0);

      // What another system feeds is read here, and changed there; what is added by hand stays one's own.
      await server.ask({ imported: 'Okafor-Bell' });
      await page.reload();
      await heading(page, 'Nia Okafor-Bell');
      await page.getByText('This client comes from your other system.').waitFor();
      await page.getByRole('table', { name: 'Sites' }).getByText('From your other system').waitFor();
      await visitor.check('console-client-imported');
      assert.equal(await page.locator('section[aria-labelledby="about"], section[aria-labelledby="sites"]').getByRole('button', { name: /^(Change|Remove)/ }).count(), 0);
      await page.getByRole('button', { name: 'Add an email or phone' }).click();
      await contact.getByLabel('Email', { exact: true }).last().fill('nia@bell.example');
      await contact.getByRole('button', { name: 'Save' }).click();
      await contacts.getByRole('button', { name: 'Change: nia@bell.example' }).waitFor();
    },
  },
  {
    name: 'console: clients come from a file, after a trial, with errors by line',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await openClients(visitor, 'rosa.rows');
      await page.getByRole('button', { name: 'Upload a CSV file' }).click();
      const dialog = page.getByRole('dialog', { name: 'Upload a CSV file' });
      const text = 'Company;E-mail;Telephone;Remarks\r\n"Row One; Ltd";one@rows.example;;x\r\nRow Two;two at rows;;\r\nRow Three;;020 7946 0333;\r\n';
      await dialog.locator('input[type=file]').setInputFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await dialog.getByText('clients.csv, 3 rows').waitFor();
      assert.equal(await dialog.getByLabel('Name of the organisation').locator('option:checked').innerText(), 'Company');
      assert.equal(await dialog.getByLabel('Phone').locator('option:checked').innerText(), 'Telephone');
      await dialog.getByText('Such as: Row One; Ltd').waitFor();
      await dialog.getByRole('button', { name: 'See what would happen' }).click();
      await dialog.getByText('2 clients are added').waitFor();
      await dialog.getByText('Line 3').waitFor();
      await visitor.check('console-rows');
      await dialog.getByRole('button', { name: 'Take over 2 clients' }).click();
      await page.locator('.works').getByText('2 done.').waitFor();
      await page.getByLabel('Search clients').fill('row one');
      await page.getByRole('link', { name: 'Row One; Ltd' }).waitFor();
      await page.getByLabel('Search clients').fill('row two');
      await page.getByRole('heading', { level: 2, name: 'No client matches' }).waitFor();
    },
  },
];
