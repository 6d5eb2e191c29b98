import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { describeFailure, describeFieldError, hasCode, problemOf, type Failure } from '../src/common/api/failure.ts';
import { makeTranslator } from '../src/common/i18n/language.tsx';
import { problemWithLink } from '../src/member/state/link_problem.ts';

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
    });
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

  test('a code from the future is described by its status', () => {
    expect(say(problemOf(503, { code: 'brand_new' }, null))).toBe(say(problemOf(503, undefined, null)));
  });

  test('too many tries: how long to wait', () => {
    expect(say(problemOf(429, { code: 'too_many_requests' }, '90'))).toContain('2 minutes');
  });

  test.each(['offline', 'network', 'timeout'] as const)('%s has words', (kind) => {
    expect(say({ kind })).toMatch(/\w/);
  });

  test('a used, expired, replaced, cancelled or unknown link each says so', () => {
    const titles = ['token_unknown', 'activation_used', 'activation_expired', 'activation_replaced', 'activation_cancelled'].map(
      (code) => problemWithLink(problemOf(410, { code }, null))?.title,
    );
    expect(new Set(titles).size).toBe(5);
    expect(problemWithLink(problemOf(503, undefined, null))).toBeNull();
  });
});

describe('words for fields', () => {
  test('a password that is too short: the rule', () => {
    expect(describeFieldError('too_short', 12, english)).toContain('12');
  });

  test('a code that is not known here', () => {
    expect(describeFieldError('brand_new', 12, english)).toBe(english.t('field.invalid'));
  });
});
