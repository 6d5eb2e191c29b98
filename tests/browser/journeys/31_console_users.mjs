// A client is searched, selected and invited from the page of users, by the channel that its contacts allow; what became of it stands in the
// list, where an invitation is sent again or cancelled and a user is removed; also from the client's own page (A10 to A14, C1, C12).
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';
import { addClient, openClients } from './30_console_clients.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();
const users = (page) => page.getByRole('table', { name: 'Users' });
const go = async (page, name) => {
  await page.getByRole('navigation').getByRole('link', { name }).click();
  await heading(page, name);
};

// Who opens the link in the message, as nobody of the staff.
async function arrive(visitor, link) {
  const guest = await Visitor.arrive(visitor.context.browser(), visitor.account, visitor.options);
  await guest.go(link);
  return guest;
}

export const journeys = [
  {
    name: 'console: a client is invited, comes, is seen in the list and removed',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      const email = 'ida@ibis.example';
      await openClients(visitor, 'ines.invites');
      await addClient(page, { name: 'Ibis Lodge', email });

      await go(page, 'Users');
      await page.getByRole('button', { name: 'Add user' }).click();
      const search = page.getByRole('dialog', { name: 'Add user' });
      await search.getByLabel('Search clients').fill('nobody of this name');
      await search.getByText('Add it first, on the page “Clients”.').waitFor();
      await search.getByLabel('Search clients').fill('ida@ib');
      await search.getByRole('button', { name: /^Ibis Lodge/ }).waitFor();
      await visitor.check('console-find-client');
      await search.getByRole('button', { name: /^Ibis Lodge/ }).click();
      const dialog = page.getByRole('dialog', { name: 'Invite Ibis Lodge' });
      await dialog.getByText('The invitation goes out by email.').waitFor();
      await dialog.getByLabel('First name').fill('Ida');
      await dialog.getByLabel('Surname').fill('Ibis');
      await dialog.getByLabel('Job title').fill('Caretaker');
      // Whoever is invited is told by mail of all that the permissions allow, unless somebody unticks it.
      const told = dialog.getByRole('group', { name: 'Gets an email when' }).getByRole('checkbox');
      assert.equal(await told.count(), 1);
      assert.equal(await told.isChecked(), true);
      await dialog.getByLabel('See invoices').check();
      assert.deepEqual(await told.evaluateAll((boxes) => boxes.map(({ checked }) => checked)), [true, true]);
      await dialog.getByLabel('a job is finished').uncheck();
      await visitor.check('console-invite');
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await notice(page, 'The invitation to Ida Ibis is on its way.');
      const row = users(page).getByRole('row', { name: /Ida Ibis/ });
      await row.getByText(/Waiting to be sent|Invitation sent/).waitFor();
      await row.getByText('Never').waitFor();

      // Sent again: the earlier link stops working.
      const first = await site.ask({ link_sent_to: email, kind: 'invitation' });
      await row.getByRole('button', { name: 'Send again: Ida Ibis' }).click();
      await page.getByRole('dialog', { name: /^Send the invitation of Ida Ibis again/ }).getByRole('button', { name: 'Send again' }).click();
      await notice(page, 'A new invitation to Ida Ibis is on its way.');
      const second = await site.ask({ link_sent_to: email, kind: 'invitation' });
      assert.notEqual(second.link, first.link);
      const guest = await arrive(visitor, first.link);
      await heading(guest.page, 'There is a newer link');
      await guest.go('/help');
      await guest.go(second.link);
      await guest.page.getByLabel('Choose a password').fill('seven lamps hum above the linen');
      await guest.page.getByRole('button', { name: 'Activate and sign in' }).click();
      await heading(guest.page, 'Jobs');

      await page.reload();
      await row.getByText('Added').waitFor();
      await row.getByText(/^Today/).waitFor();
      await page.getByLabel('State').selectOption({ label: 'Added' });
      await page.waitForURL('**/console/users?state=accepted');
      await row.waitFor();
      await visitor.check('console-users');

      // The same on the client's page; what the person may do is ticked there.
      await row.getByRole('link', { name: 'Ibis Lodge' }).click();
      await heading(page, 'Ibis Lodge');
      const ofClient = page.getByRole('table', { name: 'Users of Ibis Lodge' });
      await ofClient.getByRole('button', { name: 'Change: Ida Ibis' }).click();
      const edit = page.getByRole('dialog', { name: 'Change Ida Ibis at Ibis Lodge' });
      assert.equal(await edit.getByLabel('See documents').isChecked(), true);
      assert.equal(await edit.getByLabel('a job is finished').isChecked(), false);
      assert.equal(await edit.getByLabel('an invoice is due').isChecked(), true);
      await edit.getByLabel('a job is finished').check();
      await edit.getByLabel('an invoice is due').uncheck();
      await edit.getByLabel('See documents').uncheck();
      await edit.getByRole('button', { name: 'Save' }).click();
      await notice(page, 'Ida Ibis is saved.');
      await guest.go('/documents');
      await guest.page.getByRole('heading', { level: 2, name: 'You have no access to documents' }).waitFor();
      // What staff ticked is what the person finds.
      await guest.go('/account');
      const mails = guest.page.getByRole('region', { name: 'Emails' });
      await mails.getByLabel('a job is finished').waitFor();
      assert.equal(await mails.getByLabel('a job is finished').isChecked(), true);
      assert.equal(await mails.getByLabel('an invoice is due').isChecked(), false);

      await ofClient.getByRole('button', { name: 'Remove: Ida Ibis' }).click();
      const remove = page.getByRole('dialog', { name: 'Remove Ida Ibis?' });
      await visitor.check('console-remove-user');
      await remove.getByRole('button', { name: 'Remove' }).click();
      await notice(page, 'Ida Ibis is removed.');
      await ofClient.getByText('Removed').waitFor();
      await guest.page.waitForTimeout(1000);
      await guest.go('/');
      await heading(guest.page, 'Sign in');
      await guest.leave();
    },
  },
  {
    name: 'console: by text message where there is no email, a reason where there is neither, and cancelled',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      await openClients(visitor, 'ines.invites');
      await addClient(page, { name: 'Silent Mill' });
      await page.getByRole('button', { name: 'Add user' }).click();
      const dialog = page.getByRole('dialog', { name: 'Invite Silent Mill' });
      await dialog.getByText('Silent Mill has no email and no phone.').waitFor();
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await dialog.locator('#email-error').waitFor();
      await visitor.check('console-invite-without');
      await dialog.getByLabel('Phone').fill('+44 20 7946 0777');
      await dialog.getByText('goes out as a text message').waitFor();
      await dialog.getByLabel('Email').fill('somebody@silent.example');
      await dialog.getByRole('radio', { name: /^Text message/ }).check();
      await dialog.getByLabel('Email', { exact: true }).first().fill('');
      await dialog.getByLabel('First name').fill('Sid');
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await notice(page, 'The invitation to Sid is on its way.');
      const row = page.getByRole('table', { name: 'Users of Silent Mill' }).getByRole('row', { name: /Sid/ });
      await row.getByText('Text message').waitFor();

      const { link } = await site.ask({ link_sent_to: '+442079460777', kind: 'invitation' });
      await row.getByRole('button', { name: 'Cancel invitation: Sid' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel invitation' }).click();
      await notice(page, 'The invitation of Sid is cancelled.');
      await row.getByText('Invitation cancelled').waitFor();
      const guest = await arrive(visitor, link);
      await heading(guest.page, 'This invitation was withdrawn');
      await guest.leave();
    },
  },
  {
    name: 'console: an address that was mistyped waits, is seen, mended and confirmed',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page } = visitor;
      await openClients(visitor, 'ines.invites');
      await addClient(page, { name: 'Barker Mill' });
      await page.getByRole('button', { name: 'Add user' }).click();
      const dialog = page.getByRole('dialog', { name: 'Invite Barker Mill' });
      await dialog.getByLabel('Phone').fill('+44 20 7946 0778');
      await dialog.getByLabel('First name').fill('Tom');
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await notice(page, 'The invitation to Tom is on its way.');
      const invitation = await site.ask({ link_sent_to: '+442079460778', kind: 'invitation' });
      const guest = await arrive(visitor, invitation.link);
      await guest.page.getByRole('textbox', { name: 'Email' }).fill('tom@barker');
      await guest.page.getByLabel('Choose a password').fill('seven lamps hum above the linen');
      await guest.page.getByRole('button', { name: 'Activate and sign in' }).click();
      await heading(guest.page, 'Jobs');

      await page.setViewportSize({ width: 390, height: 844 });
      await page.reload();
      const table = page.getByRole('table', { name: 'Users of Barker Mill' });
      await table.getByText('Waits for confirmation: tom@barker').waitFor();
      await visitor.check('console-waits-for-confirmation');
      await table.getByRole('button', { name: 'Confirm email: Tom' }).click();
      const mend = page.getByRole('dialog', { name: 'The email of Tom is not confirmed' });
      const address = mend.getByLabel('Where the mail goes');
      assert.equal(await address.inputValue(), 'tom@barker');
      await visitor.check('console-confirm-email');
      await address.fill('tom at barker');
      await mend.getByRole('button', { name: 'Send the link' }).click();
      await mend.locator('#email-error').waitFor();
      await address.fill('tom@barker.example');
      await mend.getByRole('button', { name: 'Send the link' }).click();
      await notice(page, 'A link to confirm tom@barker.example is on its way.');
      await table.getByText('Waits for confirmation: tom@barker.example').waitFor();

      // The dialog of a moment ago says so when the person was quicker.
      await table.getByRole('button', { name: 'Confirm email: Tom' }).click();
      const { link } = await site.ask({ link_sent_to: 'tom@barker.example', kind: 'email_confirmation' });
      await guest.go(link);
      await guest.page.getByRole('button', { name: 'Confirm this address' }).click();
      await heading(guest.page, 'Your account');
      await mend.getByRole('button', { name: 'Send the link' }).click();
      await mend.getByText('Nothing waits here any more').first().waitFor();
      await mend.getByRole('button', { name: 'Cancel' }).click();
      await table.getByText('tom@barker.example', { exact: true }).waitFor();
      assert.equal(await table.getByText('Waits for confirmation').count(), 0);
      await guest.leave();
    },
  },
  {
    name: 'console: many at once, with progress and a summary of what failed and why',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await openClients(visitor, 'mina.many');
      for (const [name, email] of [['Manor One', 'one@manor.example'], ['Manor Two', 'two@manor.example'], ['Manor Three', '']]) {
        await addClient(page, { name, email });
        await go(page, 'Clients');
      }
      await page.getByLabel('Search clients').fill('manor');
      await page.getByRole('table').getByRole('link', { name: 'Manor Three' }).waitFor();
      await page.getByRole('button', { name: 'Invite all that are found' }).click();
      const dialog = page.getByRole('dialog', { name: 'Invite several clients' });
      await dialog.getByRole('button', { name: 'Send 3 invitations' }).waitFor();
      await visitor.check('console-invite-many');
      await dialog.getByRole('button', { name: 'Send 3 invitations' }).click();
      // It goes on while one navigates.
      await go(page, 'Users');
      const works = page.locator('.works');
      await works.getByText('2 done.').waitFor();
      await works.getByText('Manor Three').waitFor();
      await works.getByText('has no email and no phone').waitFor();
      await visitor.check('console-many-summary');
      await works.getByRole('button', { name: /^Close/ }).click();

      await page.getByLabel('Search users').fill('manor');
      await page.waitForURL('**/console/users?q=manor');
      await users(page).getByRole('row', { name: /Manor Two/ }).waitFor();
      await page.getByLabel('Select all that are shown').check();
      await page.getByText('2 selected').waitFor();
      await page.getByRole('button', { name: 'Cancel 2 invitations' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel 2 invitations' }).click();
      await works.getByText('2 done.').waitFor();
      await users(page).getByText('Invitation cancelled').nth(1).waitFor();
      assert.equal(await users(page).getByText(/Waiting to be sent|Invitation sent/).count(), 0);
    },
  },
  {
    name: 'console: un cliente se añade como usuario, en español',
    needsOwnPortal: true,
    visitor: { viewport: desktop, locale: 'es-ES' },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('ivan.escribe@brightwater.example.com');
      await page.getByRole('navigation').getByRole('link', { name: 'Clientes' }).click();
      await page.getByRole('button', { name: 'Añadir un cliente' }).click();
      const add = page.getByRole('dialog', { name: 'Añadir un cliente' });
      await add.getByLabel('Nombre de la organización').fill('Molino Viejo');
      await add.getByLabel('Correo electrónico').fill('molino@viejo.example');
      await add.getByRole('button', { name: 'Añadir el cliente' }).click();
      await heading(page, 'Molino Viejo');
      await page.getByRole('navigation').getByRole('link', { name: 'Usuarios' }).click();
      await heading(page, 'Usuarios');
      await page.getByRole('button', { name: 'Añadir usuario' }).click();
      const search = page.getByRole('dialog', { name: 'Añadir usuario' });
      await search.getByLabel('Buscar clientes').fill('molino');
      await search.getByRole('button', { name: /^Molino Viejo/ }).click();
      const dialog = page.getByRole('dialog', { name: 'Invitar a Molino Viejo' });
      await visitor.check('console-invite-es');
      await dialog.getByRole('button', { name: 'Enviar invitación' }).click();
      await notice(page, 'está en camino');
      const row = page.getByRole('table', { name: 'Usuarios' }).getByRole('row', { name: /Molino Viejo/ });
      await row.getByText(/Pendiente de envío|Invitación enviada/).waitFor();
      await row.getByRole('button', { name: /^Cancelar invitación/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancelar invitación' }).click();
      await row.getByText('Invitación cancelada').waitFor();
    },
  },
];
