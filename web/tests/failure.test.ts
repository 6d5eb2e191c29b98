import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { describeFailure, describeFieldError, hasCode, isUncertain, messagesOfProblems, problemOf, requestIdToShow, type Failure } from '../src/common/api/failure.ts';
import { makeTranslator } from '../src/common/i18n/language.tsx';
import { describeStaffFailure, messagesOfStaffProblems } from '../src/console/api/problems.ts';
import { makeConsoleTranslator } from '../src/console/i18n/words.ts';
import { problemWithConfirmation, problemWithInvitation, problemWithReset } from '../src/common/state/link_problem.ts';

const english = makeTranslator('en', []);
const spanish = makeTranslator('es', []);
const say = (failure: Failure) => describeFailure(failure, english, 'Brightwater');
// The contract's own list, so that a code added there without words here is noticed.
const contract = readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8');
const codes = [.../ {4}ProblemCode:\n {6}type: string\n {6}enum:\n((?: {8}- \w+\n)+)/.exec(contract)![1]!.matchAll(/- (\w+)/g)].map((match) => match[1]!);

describe('problem documents', () => {
  test('are read', () => {
    const body = { status: 400, code: 'invalid_field', request_id: 'abc', errors: [{ pointer: '/email', code: 'too_long' }, 'nonsense'] };
    expect(problemOf(400, body, null)).toEqual({
      kind: 'problem',
      status: 400,
      code: 'invalid_field',
      requestId: 'abc',
      errors: [{ pointer: '/email', code: 'too_long' }],
      retryAfterSeconds: null,
      sentTo: null,
    });
  });

  test('where an expired link went is told once it is a text', () => {
    expect(problemOf(410, { code: 'activation_expired', sent_to: 'k•••@example.com' }, null)).toMatchObject({ sentTo: 'k•••@example.com' });
    expect(problemOf(410, { code: 'activation_expired', sent_to: 7 }, null)).toMatchObject({ sentTo: null });
  });

  test.each([
    [401, 'not_signed_in'],
    [403, 'permission_required'],
    [404, 'not_found'],
    [400, 'invalid_request'],
    [413, 'payload_too_large'],
    [429, 'too_many_requests'],
    [500, 'internal_error'],
    [502, 'overloaded'],
    [504, 'overloaded'],
  ])('an answer of %i without a document is %s', (status, code) => {
    expect(hasCode(problemOf(status, undefined, null), code as never)).toBe(true);
  });

  test.each([
    ['3', 3],
    ['soon', null],
    [null, null],
    ['-1', null],
  ])('Retry-After %s', (header, seconds) => {
    expect(problemOf(503, {}, header)).toMatchObject({ retryAfterSeconds: seconds });
  });
});

describe('words for failures', () => {
  test('the contract was read', () => {
    expect(codes.length).toBeGreaterThan(25);
  });

  test.each(codes)('%s has words in both languages, with everything filled in', (code) => {
    const failure = problemOf(400, { code }, '30');
    for (const translator of [english, spanish]) {
      expect(describeFailure(failure, translator, 'Brightwater')).toMatch(/^[^{}]{10,}$/);
    }
  });

  test('every code has its own words, shared or of the console', () => {
    expect(codes.filter((code) => !(code in messagesOfProblems) && !(code in messagesOfStaffProblems))).toEqual([]);
  });

  test.each(Object.keys(messagesOfStaffProblems))('%s has words for staff in both languages', (code) => {
    for (const translator of [makeConsoleTranslator('en', []), makeConsoleTranslator('es', [])]) {
      expect(describeStaffFailure(problemOf(409, { code }, null), translator, 'Brightwater')).toMatch(/^[^{}]{10,}$/);
    }
  });

  test('a code from the future is described by its status', () => {
    expect(say(problemOf(503, { code: 'brand_new' }, null))).toBe(say(problemOf(503, undefined, null)));
  });

  test('too many tries: how long to wait', () => {
    const sayAfter = (seconds: string) => say(problemOf(429, { code: 'too_many_requests' }, seconds));
    expect(sayAfter('1')).toBe('Too many tries. Try again in 1 second.');
    expect(sayAfter('90')).toBe('Too many tries. Try again in 2 minutes.');
    expect(sayAfter('86400')).toBe('Too many tries. Try again in 24 hours.');
  });

  test.each(['offline', 'network', 'timeout'] as const)('%s has words', (kind) => {
    expect(say({ kind })).toMatch(/\w/);
  });

  test('whether a change may have been made without an answer', () => {
    expect(isUncertain({ kind: 'timeout' })).toBe(true);
    expect(isUncertain({ kind: 'network' })).toBe(true);
    expect(isUncertain(problemOf(503, { code: 'outcome_unknown' }, null))).toBe(true);
    expect(isUncertain({ kind: 'offline' })).toBe(false);
    expect(isUncertain(problemOf(503, { code: 'database_unavailable' }, null))).toBe(false);
  });

  test('the number of a request is shown for faults of ours only', () => {
    expect(requestIdToShow(problemOf(500, { code: 'internal_error', request_id: 'abc' }, null))).toBe('abc');
    expect(requestIdToShow(problemOf(401, { code: 'invalid_credentials', request_id: 'abc' }, null))).toBeNull();
  });
});

describe('links that do not work', () => {
  test.each([
    ['an invitation', problemWithInvitation, ['token_unknown', 'activation_used', 'activation_expired', 'activation_replaced', 'activation_cancelled']],
    ['a new password', problemWithReset, ['token_unknown', 'link_used', 'link_expired', 'link_replaced']],
    ['an address', problemWithConfirmation, ['token_unknown', 'link_used', 'link_expired', 'link_replaced', 'conflict']],
  ] as const)('for %s each say why, and nothing else is taken for one', (_, problemWith, linkCodes) => {
    const problems = linkCodes.map((code) => problemWith(problemOf(410, { code }, null))!);
    expect(new Set(problems.map(({ title }) => title)).size).toBe(linkCodes.length);
    expect(new Set(problems.map(({ text }) => text)).size).toBe(linkCodes.length);
    expect(problemWith(problemOf(503, undefined, null))).toBeNull();
    expect(problemWith(null)).toBeNull();
  });

  test('there is always a way to a new password', () => {
    for (const code of ['token_unknown', 'link_used', 'link_expired', 'link_replaced']) {
      expect(problemWithReset(problemOf(410, { code }, null))?.ways).toContain('new_link');
    }
  });
});

describe('words for fields', () => {
  test('a password that is too short: the rule', () => {
    expect(describeFieldError('too_short', 12, english)).toContain('12');
  });

  test('a wrong current password', () => {
    expect(describeFieldError('wrong', 12, english)).toBe(english.t('field.wrong_password'));
  });

  test('a code that is not known here', () => {
    expect(describeFieldError('brand_new', 12, english)).toBe(english.t('field.invalid'));
  });
});
