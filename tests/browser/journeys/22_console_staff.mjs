// Owners say who of the business may do what; keys for other systems are shown once.
import assert from 'node:assert/strict';
import { Visitor, desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const saved = (page) => page.locator('#notice').getByText('Saved.').waitFor();
const unsaved = (form) => form.getByText('There are changes that are not saved.');

// The forms whose bar follows the reader.
const stuckBars = (page) =>
  page.evaluate(() => [...document.querySelectorAll('.form-end')].filter((bar) => getComputedStyle(bar).position === 'sticky').map((bar) => bar.closest('form').getAttribute('aria-label')));

export const journeys = [
  {
    name: 'console: a colleague is added, comes, changes role and is removed',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor, site) {
      const { page, account } = visitor;
      await visitor.signInAsStaff('otto.adds@brightwater.example.com');
      await visitor.go('/console/settings');
      await heading(page, 'Settings');
      const staff = page.getByRole('table', { name: 'Staff' });
      await staff.waitFor();
      await visitor.check('console-settings');
      // Whoever looks for the words of invitations among the settings is led on.
      await page.getByRole('link', { name: 'Words of the invitations' }).click();
      await heading(page, 'Invitations');
      await page.goBack();
      await heading(page, 'Settings');
      await staff.waitFor();
      await page.getByRole('button', { name: 'Add a colleague' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a colleague' });
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await dialog.locator('#email-error').waitFor();
      const email = 'carla.comes@brightwater.example.com';
      await dialog.getByLabel('Email').fill(email);
      await dialog.getByLabel('First name').fill('Carla');
      await dialog.getByRole('radio', { name: /^Viewer/ }).check();
      await visitor.check('console-add-staff');
      await dialog.getByRole('button', { name: 'Send invitation' }).click();
      await page.locator('#notice').getByText(email).waitFor();
      const row = staff.getByRole('row', { name: /Carla/ });
      await row.getByText('Invited').waitFor();

      const { link } = await site.ask({ link_sent_to: email, kind: 'staff_invitation' });
      const carla = await Visitor.arrive(visitor.context.browser(), account, visitor.options);
      await carla.go(link);
      await carla.page.getByLabel('Choose a password').fill('nine grey pebbles sink slowly');
      await carla.page.getByRole('button', { name: 'Activate and sign in' }).click();
      await heading(carla.page, 'Overview');
      // A viewer is not offered what only owners do.
      await carla.page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
      await heading(carla.page, 'Settings');
      await carla.page.getByRole('table', { name: 'Staff' }).waitFor();
      assert.equal(await carla.page.getByRole('button', { name: 'Add a colleague' }).count(), 0);

      await page.reload();
      await row.getByText('Active').waitFor();
      await row.getByRole('button', { name: 'Change role: Carla' }).click();
      const role = page.getByRole('dialog', { name: 'Role of Carla' });
      await role.getByRole('radio', { name: /^Manager/ }).check();
      await role.getByRole('button', { name: 'Save' }).click();
      await row.getByText('Manager').waitFor();
      await row.getByRole('button', { name: 'Remove: Carla' }).click();
      const remove = page.getByRole('dialog', { name: 'Remove Carla?' });
      await visitor.check('console-remove-staff');
      await remove.getByRole('button', { name: 'Remove' }).click();
      await page.locator('#notice').getByText('Carla is removed.').waitFor();
      await row.waitFor({ state: 'detached' });
      // Removed means out, at once.
      await carla.page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
      await heading(carla.page, 'Sign in');
      await carla.leave();
    },
  },
  {
    name: 'console: a key is made, shown once and revoked',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('olivia@brightwater.example.com');
      await visitor.go('/console/settings');
      await page.getByRole('button', { name: 'Create a key' }).click();
      const dialog = page.getByRole('dialog', { name: 'Create a key' });
      await dialog.getByLabel('Name').fill('Dispatch');
      await dialog.getByRole('button', { name: 'Create the key' }).click();
      const shown = page.getByRole('dialog', { name: 'The key “Dispatch”' });
      const key = await shown.locator('code').innerText();
      assert.match(key, /^pk_/);
      await visitor.check('console-key');
      const { y, height } = await shown.boundingBox();
      assert.ok(Math.abs(2 * y + height - desktop.height) < 4, `the dialog stands in the middle, not at ${y}`);
      await shown.getByRole('button', { name: 'I have copied it' }).click();
      const row = page.getByRole('table', { name: 'Keys for other systems' }).getByRole('row', { name: /Dispatch/ });
      await row.waitFor();
      assert.ok(!(await page.content()).includes(key), 'the key is shown once');
      await row.getByRole('button', { name: 'Revoke: Dispatch' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await page.locator('#notice').getByText('is revoked').waitFor();
      await row.waitFor({ state: 'detached' });
    },
  },
  {
    name: 'console: mail leaves in the business’s own name and by its own server',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('paul.posts@brightwater.example.com');
      await visitor.go('/console/settings');
      const form = page.getByRole('form', { name: 'Mail' });
      await form.getByLabel('Sender’s name').fill('Brightwater office');
      await form.getByLabel('Answers go to').fill('office@brightwater.example.com');
      await form.getByRole('radio', { name: /^A server of our own/ }).check();
      await form.getByLabel('Sender’s address').fill('portal@brightwater.example.com');
      await form.getByLabel('Mail server').fill('smtp brightwater');
      await form.getByLabel('Encryption').selectOption('tls');
      assert.equal(await form.getByLabel('Port').inputValue(), '465');
      await form.getByLabel('User name').fill('portal');
      await form.getByLabel('Password', { exact: true }).fill('lighthouse 77 quay');
      await visitor.check('console-mail');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#server_host-error').getByText('Enter the name of a server').waitFor();
      await form.getByLabel('Mail server').fill('smtp.brightwater.example.com');
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();
      // What was typed is kept, and nobody sees it again.
      await page.reload();
      await form.getByText('Left empty: the password that is kept stays.').waitFor();
      assert.equal(await form.getByLabel('Password', { exact: true }).inputValue(), '');
      assert.ok(!(await page.content()).includes('lighthouse'));
      await form.getByLabel('Mail server').fill('smtp.elsewhere.example.com');
      await form.getByText('It is kept encrypted and never shown again.').waitFor();
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#server_password-error').getByText('Fill this in.').waitFor();
      // While there is something to save, what saves it is in view, wherever one reads in its form; and no other form's is.
      await form.getByLabel('Sender’s name').evaluate((field) => field.scrollIntoView({ block: 'start' }));
      await page.waitForFunction(() => document.querySelector('form[aria-label="Mail"] .form-end').getBoundingClientRect().bottom <= innerHeight + 1);
      assert.deepEqual(await stuckBars(page), ['Mail']);
      await form.getByRole('button', { name: 'Discard' }).click();
      // What was wrong was in what is discarded.
      assert.equal(await form.locator('.error-summary, .field-error, .field-wrong').count(), 0);
      assert.equal(await form.getByLabel('Mail server').inputValue(), 'smtp.brightwater.example.com');
      assert.equal(await page.evaluate(() => document.activeElement.type), 'submit', 'the focus stays in the form');
      assert.deepEqual(await stuckBars(page), []);

      await page.getByRole('button', { name: 'Send a test to myself' }).click();
      await page.locator('#notice').getByText('A test to paul.posts@brightwater.example.com is on its way.').waitFor();
      await page.getByText(/The test to paul\.posts@brightwater\.example\.com .* is not sent yet\./).waitFor();
      await page.getByRole('button', { name: 'Look again' }).waitFor();

      await form.getByRole('radio', { name: /^The server of the hosting provider/ }).check();
      await form.getByRole('button', { name: 'Save' }).click();
      await page.locator('#notice').getByText('Saved.').waitFor();
      await form.getByLabel('Mail server').waitFor({ state: 'detached' });
      await visitor.check('console-mail-provider');
    },
  },
  {
    name: 'console: what is typed while a form is saved stays, and an older answer takes nothing back',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('paul.posts@brightwater.example.com');
      await visitor.go('/console/settings');
      const form = page.getByRole('form', { name: 'Mail' });
      const [name, answers] = ['Sender’s name', 'Answers go to'].map((label) => form.getByLabel(label));
      const askAgain = () => page.evaluate(() => void window.dispatchEvent(new Event('online')));
      await name.fill('Brightwater desk');
      const save = await visitor.hold('PUT', '**/api/v1/staff/mail-settings');
      await form.getByRole('button', { name: 'Save' }).click();
      await save.asked;
      await answers.fill('desk@brightwater.example.com');
      await save.release();
      await saved(page);
      await unsaved(form).waitFor();
      assert.deepEqual([await name.inputValue(), await answers.inputValue()], ['Brightwater desk', 'desk@brightwater.example.com']);

      // Asked before the next save, answered after it.
      const old = await visitor.hold('GET', '**/api/v1/staff/mail-settings');
      await askAgain();
      await old.asked;
      await form.getByRole('button', { name: 'Save' }).click();
      await unsaved(form).waitFor({ state: 'detached' });
      await old.release();
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
      assert.equal(await answers.inputValue(), 'desk@brightwater.example.com');

      // What a colleague has saved is shown, but not in the place of what is typed here.
      await name.fill('Brightwater at the quay');
      await page.evaluate(async () => {
        const address = '/api/v1/staff/mail-settings';
        const { changed_at, last_test, ...now } = await (await fetch(address)).json();
        const body = JSON.stringify({ ...now, sender_name: 'A colleague', reply_to: 'colleague@brightwater.example.com' });
        await fetch(address, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body });
      });
      await askAgain();
      await page.waitForFunction(() => document.getElementById('reply_to').value === 'colleague@brightwater.example.com');
      assert.equal(await name.inputValue(), 'Brightwater at the quay');
      await form.getByRole('button', { name: 'Discard' }).click();
      assert.equal(await name.inputValue(), 'A colleague');
    },
  },
  {
    name: 'console: two forms of one page, and leaving asks as long as one of them is not saved',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('otto.adds@brightwater.example.com');
      await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
      const [mail, periods] = ['Mail', 'How long'].map((name) => page.getByRole('form', { name }));
      await mail.getByLabel('Sender’s name').fill('Typed and not saved');
      await periods.getByRole('combobox').first().selectOption({ index: 0 });
      await unsaved(periods).waitFor();
      await periods.getByRole('button', { name: 'Discard' }).click();
      await unsaved(periods).waitFor({ state: 'detached' });
      const question = page.getByRole('dialog', { name: 'Leave without saving?' });
      await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
      await question.getByRole('button', { name: 'Stay here' }).click();
      await page.goBack();
      await question.waitFor();
      await question.getByRole('button', { name: 'Stay here' }).click();
      assert.equal(await mail.getByLabel('Sender’s name').inputValue(), 'Typed and not saved');
      // One question for both.
      await periods.getByRole('combobox').first().selectOption({ index: 0 });
      await unsaved(periods).waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
      await question.getByRole('button', { name: 'Leave' }).click();
      await heading(page, 'Overview');
      assert.equal(await question.count(), 0);
    },
  },
  {
    name: 'console: a message is tried again in a long list, which stays as long as it is',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      const message = (id) => ({
        ...{ id: String(id), kind: 'invitation', channel: 'email', recipient: `reader-${id}@acme.example.com`, member_id: null, state: 'failed', attempts: 8 },
        ...{ created_at: '2024-01-01T00:00:00Z', failed_at: '2024-01-02T00:00:00Z', next_attempt_at: null, reason: 'No such mailbox', can_retry: true },
      });
      let messages = Array.from({ length: 50 }, (_, index) => message(1000 + index));
      let isCut = false;
      visitor.expectedFailures.push('net::ERR_FAILED');
      await page.route('**/api/v1/staff/messages**', (route) => {
        const { pathname, searchParams } = new URL(route.request().url());
        if (isCut) return route.abort();
        if (pathname.endsWith('/retry')) {
          messages = messages.filter(({ id }) => !pathname.includes(`/${id}/`));
          return route.fulfill({ status: 204 });
        }
        const from = Number(searchParams.get('cursor') ?? 0);
        const to = from + Number(searchParams.get('limit'));
        return route.fulfill({ json: { items: messages.slice(from, to), next_cursor: to < messages.length ? String(to) : null } });
      });
      await visitor.signInAsStaff('otto.adds@brightwater.example.com');
      await visitor.go('/console/settings');
      const section = page.locator('section', { has: page.getByRole('heading', { name: 'Messages that did not arrive' }) });
      const rows = section.locator('tbody tr');
      const more = section.getByRole('button', { name: 'Show more messages' });
      await rows.nth(19).waitFor();
      isCut = true;
      await more.click();
      await section.getByRole('alert').waitFor();
      isCut = false;
      await more.click();
      await rows.nth(39).waitFor();
      assert.equal(await section.getByRole('alert').count(), 0);
      await rows.filter({ hasText: 'reader-1030@' }).getByRole('button', { name: 'Try again' }).click();
      await rows.filter({ hasText: 'reader-1030@' }).waitFor({ state: 'detached' });
      assert.equal(await rows.count(), 40);

      // It is done although the list cannot be asked for again: the list stays.
      await page.route(/\/api\/v1\/staff\/messages\?/, (route) => route.abort());
      await rows.filter({ hasText: 'reader-1031@' }).getByRole('button', { name: 'Try again' }).click();
      await page.locator('.banner').first().waitFor();
      assert.equal(await rows.count(), 40);
    },
  },
];
