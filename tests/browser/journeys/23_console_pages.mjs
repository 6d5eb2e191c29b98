// The walk of 11 through the console: every page of staff, at four widths.
import { walkPages } from './11_every_page.mjs';

const signedOut = [
  ['console-sign-in', '/console/sign-in'],
  ['console-password', '/console/password'],
  ['console-password-link', '/console/password#some-link'],
  ['console-activate', '/console/activate#some-link'],
];
const signedIn = [
  ['console-clients', '/console/clients'],
  ['console-users', '/console/users'],
  ['console-requests', '/console/requests'],
  ['console-quotes', '/console/quotes'],
  ['console-documents', '/console/documents'],
  ['console-invoices', '/console/invoices'],
  ['console-appearance', '/console/appearance'],
  ['console-invitations', '/console/invitations'],
  ['console-activity', '/console/activity'],
  ['console-settings', '/console/settings'],
  ['console-account', '/console/account'],
  ['console-overview', '/console'],
];

export async function walkConsole(visitor) {
  await visitor.go('/console/password');
  await visitor.page.getByRole('heading', { level: 1 }).waitFor();
  await walkPages(visitor, signedOut);
  await visitor.signInAsStaff(`walk.${visitor.options.language}@brightwater.example.com`);
  await walkPages(visitor, signedIn);
  const request = await visitor.page.evaluate(async () => (await (await fetch('/api/v1/staff/work-requests?state=submitted&limit=1')).json()).items[0].id);
  const quote = await visitor.page.evaluate(async () => (await (await fetch('/api/v1/staff/quotes?state=open&limit=1')).json()).items[0].id);
  await walkPages(visitor, [
    ['console-request', `/console/requests/${request}`],
    ['console-quote', `/console/quotes/${quote}`],
  ]);
}

export const journeys = [
  {
    name: 'every page of the console: in English, in light',
    needsOwnPortal: true,
    visitor: { language: 'en', axeWidth: 1280, ending: ' – Brightwater, staff' },
    run: walkConsole,
  },
];
