import { describe, expect, test } from 'vitest';
import { problemOf } from '../src/common/api/failure.ts';
import { describeAction, detailsOf } from '../src/console/activity/words.ts';
import type { Activity } from '../src/console/api/activity.ts';
import type { Client } from '../src/console/api/clients.ts';
import { allNotifications, availableNotifications, permissions, waitingAddress } from '../src/console/api/members.ts';
import { changedNames, givenNames, noNames } from '../src/console/clients/fields.ts';
import { makeConsoleTranslator } from '../src/console/i18n/words.ts';
import { changesOf, insertAt, offsetOf, valuesOf, wrongOf } from '../src/console/invitations/model.ts';
import { splitStyles } from '../src/console/invitations/styles.ts';
import { decodeText, findSeparator, parseCsv } from '../src/console/rows/csv.ts';
import { proposeMapping, rowsOf } from '../src/console/rows/mapping.ts';
import { channelsOf, recipientsOf } from '../src/console/users/recipients.ts';
import { startWork, cancelWork, forgetWorks, type Work } from '../src/console/work/work.ts';

const english = makeConsoleTranslator('en', ['en-GB']);

describe('values separated by commas', () => {
  const cells = (text: string) => parseCsv(text).map((row) => row.cells);

  test.each([
    ['commas', 'a,b\r\n1,2\r\n', [['a', 'b'], ['1', '2']]],
    ['semicolons with commas in numbers', 'a;b\n"1,5";2', [['a', 'b'], ['1,5', '2']]],
    ['tabs', 'a\tb\r1\t2', [['a', 'b'], ['1', '2']]],
    ['quotes in quotes', 'a,b\n"say ""hi""",x', [['a', 'b'], ['say "hi"', 'x']]],
    ['lines in quotes', 'a,b\n"12 Mill Lane\r\nLeeds",x', [['a', 'b'], ['12 Mill Lane\nLeeds', 'x']]],
    ['empty rows left out', 'a,b\n\n,\n1,2\n', [['a', 'b'], ['1', '2']]],
    ['empty cells kept', 'a,b,c\n,,3', [['a', 'b', 'c'], ['', '', '3']]],
    ['a quote that is never closed', 'a,b\n"1,2', [['a', 'b'], ['1,2']]],
    ['a quote inside of a cell', 'a,b\n6" pipe,2', [['a', 'b'], ['6" pipe', '2']]],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => expect(cells(text)).toEqual(expected));

  test('each row knows its line, whatever stands before it', () => {
    expect(parseCsv('a\n"x\ny"\n\nz\n').map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  test('the separator is what the head has most of', () => {
    expect(findSeparator('"a;b;c",d\n1;2;3;4')).toBe(',');
    expect(findSeparator('name')).toBe(',');
  });

  test('the encodings of spreadsheets', () => {
    const bytes = (...values: number[]) => new Uint8Array(values).buffer;
    expect(decodeText(new TextEncoder().encode('\ufeffCafé').buffer as ArrayBuffer)).toBe('Café');
    expect(decodeText(bytes(0x43, 0x61, 0x66, 0xe9))).toBe('Café');
    expect(decodeText(bytes(0xff, 0xfe, 0x43, 0x00, 0xe9, 0x00))).toBe('Cé');
  });

  test('columns are recognised in both languages', () => {
    expect(proposeMapping(['Company', 'E-mail', 'Phone number', 'Notes'])).toMatchObject({ name: 0, email: 1, phone: 2, site_name: null });
    expect(proposeMapping(['Razón social', 'Correo electrónico', 'Teléfono'])).toMatchObject({ name: 0, email: 1, phone: 2 });
  });

  test('what is empty is not sent', () => {
    const mapping = { ...proposeMapping(['Name', 'Email']), phone: 9 };
    expect(rowsOf(parseCsv('Name,Email\nAcme,\nB,b@b.example').slice(1), mapping)).toEqual([
      { line: 2, name: 'Acme' },
      { line: 3, name: 'B', email: 'b@b.example' },
    ]);
  });
});

describe('names of a client', () => {
  const acme = { kind: 'organisation', organisation_name: 'Acme', external_id: 'A-1', first_name: null } as unknown as Client;

  test('only those of its kind are sent, and only what differs', () => {
    expect(givenNames('organisation', { ...noNames, organisation_name: ' Acme ', surname: 'left over' })).toEqual({ organisation_name: 'Acme' });
    expect(changedNames(acme, { ...noNames, organisation_name: 'Acme', external_id: '' })).toEqual({ external_id: null });
  });
});

describe('the address that waits for confirmation', () => {
  test.each([
    ['accepted', 'tom@barker', 'tom@barker'],
    ['accepted', null, null],
    ['queued', 'tom@barker', null],
    ['removed', 'tom@barker', null],
  ] as const)('%s, %j', (state, pending, shown) => expect(waitingAddress({ state, pending_email: pending })).toBe(shown));
});

describe('whom of a client one can invite', () => {
  const contact = (id: string, kind: 'email' | 'phone', value: string, name: string | null = null) => ({ id, kind, value, name, site_id: null, imported: false });

  test('the client first, then those with a name', () => {
    const contacts = [contact('1', 'email', 'office@acme.example'), contact('2', 'phone', '020'), contact('3', 'email', 'kim@acme.example', 'Kim')];
    const recipients = recipientsOf({ contacts });
    expect(recipients.map(({ id }) => id)).toEqual(['client', 'contact-3']);
    expect(recipients.map(channelsOf)).toEqual([['email', 'sms'], ['email']]);
  });

  test('nobody without an address', () => {
    expect(recipientsOf({ contacts: [] })).toEqual([]);
    expect(channelsOf({ id: 'new', email: '', phone: '' })).toEqual([]);
  });
});

describe('layouts of invitations', () => {
  const saved = valuesOf([{ language: 'en', email: { subject: 's', html: 'h', is_default: true }, sms: { text: 't', is_default: true } }]);

  test('only the part that differs is saved', () => {
    expect(changesOf(saved, saved, 'en')).toBeNull();
    expect(changesOf({ ...saved, sms_text_en: 'x' }, saved, 'en')).toEqual({ language: 'en', sms: { text: 'x' } });
    expect(changesOf({ ...saved, email_html_en: 'x' }, saved, 'en')).toEqual({ language: 'en', email: { subject: 's', html: 'x' } });
  });

  test('a place is found by line and character, also after what counts twice', () => {
    expect(offsetOf('ab\n😀x', { line: 2, column: 2 })).toBe(5);
    expect(offsetOf('ab', { line: 9, column: 9 })).toBe(2);
    expect(insertAt('Dear ,', 5, 5, '{{client.name}}')).toBe('Dear {{client.name}},');
  });

  test('what is wrong stands at its field, with its place', () => {
    const failure = problemOf(400, { code: 'invalid_field', errors: [{ pointer: '/email/html', code: 'unknown_placeholder', line: 3, column: 14 }] }, null);
    const [wrong] = wrongOf(failure, 'es', english, () => '');
    expect(wrong).toMatchObject({ field: 'email_html_es', spot: { line: 3, column: 14 } });
    expect(wrong!.text).toContain('line 3, character 14');
  });

  test('markup leaves its styles and pictures to the page', () => {
    const { markup, sheets } = splitStyles('<style type="text/css">p{color:red}</style><p title="a > style=b" style="margin:0">x</p><img src="https://a.example/b.png">');
    expect(sheets).toEqual(['p{color:red}']);
    expect(markup).toBe('<p title="a > data-style=b" data-style="margin:0">x</p><img data-src="https://a.example/b.png">');
    expect(splitStyles('a style=b').markup).toBe('a style=b');
  });
});

test('details of what was done, in whichever form they come', () => {
  const of = (details: Activity['details']) => detailsOf({ action: 'settings_changed', details }, english);
  expect(of({ before: { a: 1 }, after: { a: 2 } })).toEqual([{ name: 'a', before: '1', after: '2' }]);
  expect(of({ a: { before: ['x'], after: ['x', 'y'] }, b: 'c' })).toEqual([
    { name: 'a', before: 'x', after: 'x, y' },
    { name: 'b', before: null, after: 'c' },
  ]);
  expect(of({})).toEqual([]);
});

test.each(['quote_decided', 'quote_decision_recorded'])('what was decided about a quote is told in words: %s', (action) => {
  const details = { number: 'Q-1', decision: 'changes_requested', method: 'in_person', total: 284000, currency: 'GBP', content: 'ab12', reason: null };
  const told = (more: object = {}) => detailsOf({ action, details: { ...details, ...more } }, english).map(({ name, after }) => `${name}: ${after}`);
  expect(told()).toEqual(['number: Q-1', 'decision: Changes requested', 'method: in person', 'total: £2,840.00', 'reason: –']);
  expect(told({ decision: 'postponed', method: 'portal' })).toEqual(['number: Q-1', 'decision: postponed', 'method: on the portal', 'total: £2,840.00', 'reason: –']);
});

describe('long work', () => {
  const ended = (work: Work) => work.items.map(({ state, problem }) => problem ?? state);

  test('goes through all in batches and keeps why some failed', async () => {
    const batches: (readonly number[])[] = [];
    let last: Work | null = null;
    await startWork({
      title: 'x',
      names: ['a', 'b', 'c'],
      batch: 2,
      atOnce: 1,
      run: async (indexes) => {
        batches.push(indexes);
        return indexes.map((index) => (index === 1 ? 'no room' : null));
      },
      done: (work) => (last = work),
    });
    expect(batches).toEqual([[0, 1], [2]]);
    expect(ended(last!)).toEqual(['done', 'no room', 'done']);
  });

  test('nothing more is begun after it was stopped', async () => {
    let last: Work | null = null;
    await startWork({ title: 'x', names: ['a', 'b', 'c'], batch: 1, atOnce: 1, run: async () => ['stop'], done: (work) => (last = work) });
    expect(ended(last!)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  test('what is under way is told', async () => {
    let last: Work | null = null;
    const work = startWork({
      title: 'x',
      names: ['a', 'b'],
      batch: 1,
      atOnce: 1,
      run: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(['cancelled']))),
      done: (ready) => (last = ready),
    });
    for (let id = 1; id < 10; id += 1) cancelWork(id);
    await work;
    expect(ended(last!)).toEqual(['cancelled', 'cancelled']);
  });

  test('what is forgotten is ended, begins nothing more and tells nobody', async () => {
    const begun: number[] = [];
    let told = 0;
    const work = startWork({
      title: 'x',
      names: ['a', 'b', 'c'],
      batch: 1,
      atOnce: 2,
      run: ([index], signal) => {
        begun.push(index!);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve([null])));
      },
      done: () => (told += 1),
    });
    forgetWorks();
    await work;
    expect({ begun, told }).toEqual({ begun: [0, 1], told: 0 });
  });
});

describe('of what somebody is told by mail', () => {
  test('is offered what the permissions let the person see', () => {
    expect(availableNotifications(['view_documents', 'view_job_status'])).toEqual([]);
    expect(availableNotifications(['view_completed_jobs', 'accept_quotes'])).toEqual(['new_quotes', 'completed_jobs']);
    expect(availableNotifications(permissions)).toEqual(allNotifications);
  });

  test('a colleague who gets mails about requests or not is told in words', () => {
    expect(describeAction('staff_mail_changed', english)).toBe('Changed whether a colleague gets mails about requests');
  });
});
