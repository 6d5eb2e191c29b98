// The words of invitations, by email in HTML and by text message, with values to insert in both; they count when they are saved (A6 to A9).
import assert from 'node:assert/strict';
import { desktop } from '../visitor.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const notice = (page, text) => page.locator('#notice').getByText(text).waitFor();

export const journeys = [
  {
    name: 'console: the words of invitations are changed, looked at, saved and restored',
    needsOwnPortal: true,
    visitor: { viewport: desktop },
    async run(visitor) {
      const { page } = visitor;
      await visitor.signInAsStaff('lola.layouts@brightwater.example.com');
      await page.getByRole('navigation').getByRole('link', { name: 'Invitations' }).click();
      await heading(page, 'Invitations');
      const html = page.getByLabel('Email (HTML)');
      await html.waitFor();
      const usual = await html.inputValue();
      assert.ok(usual.includes('{{activation.url}}'));
      const mail = page.frameLocator('iframe.mail-frame').locator('body');
      await mail.getByText('Brightwater').first().waitFor();
      // Styles are shown although the page's policy takes none from markup.
      await page.waitForFunction(() => [...document.querySelector('iframe').contentDocument.querySelectorAll('a')].some(({ style }) => style.padding !== ''));
      await visitor.check('console-invitations');
      // A mail is drawn on white paper, also where the page is dark.
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('iframe').contentDocument.body).color), 'rgb(0, 0, 0)');
      await page.emulateMedia({ colorScheme: 'light' });

      // A script is refused where it stands, and nothing of it runs in the preview.
      await html.fill(`${usual}<p onclick="document.title='x'">Hello</p>`);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').getByText('This attribute is not allowed in a message.').waitFor();
      await page.getByRole('button', { name: /^Go to line/ }).click();
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
      await html.fill(`${usual}\n<p>Bye, {{client.nmae}}</p>`);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').getByText(/There is no such value to insert.*line \d+, character \d+/).waitFor();
      await visitor.check('console-invitations-wrong');

      // From the picker, where the caret is.
      await html.fill(`${usual}\n<p>Bye, !</p>`);
      await html.evaluate((area) => {
        const at = area.value.lastIndexOf('!');
        area.focus();
        area.setSelectionRange(at, at);
      });
      await page.getByRole('button', { name: 'Insert a value into: Email (HTML)' }).click();
      await page.getByRole('button', { name: /^Name of the client/ }).click();
      assert.ok((await html.inputValue()).endsWith('<p>Bye, {{client.name}}!</p>'));
      await mail.getByText(/^Bye, (?!\{\{)/).waitFor();

      await page.getByLabel('Text message', { exact: true }).fill('{{activation.url}} 😀');
      await page.locator('#sms-count').getByText('emoji').waitFor();
      await page.getByText('There are changes that are not saved.').waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
      await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay here' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await notice(page, 'Saved.');
      await page.reload();
      await html.waitFor();
      assert.ok((await html.inputValue()).includes('Bye, {{client.name}}!'));

      await page.getByRole('button', { name: 'Send a test email to myself' }).click();
      const test = page.getByRole('dialog', { name: 'Send a test email to myself' });
      await test.getByText('lola.layouts@brightwater.example.com').waitFor();
      await test.getByRole('button', { name: 'Send the test' }).click();
      await notice(page, 'The test is on its way to lola.layouts@brightwater.example.com.');

      await page.getByRole('button', { name: 'Back to the usual email' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Back to the usual email' }).click();
      await notice(page, 'The usual words are back.');
      assert.equal(await html.inputValue(), usual);
      await page.getByRole('button', { name: 'Back to the usual text message' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Back to the usual text message' }).click();
      await page.getByRole('button', { name: 'Back to the usual text message' }).waitFor({ state: 'detached' });
    },
  },
];
