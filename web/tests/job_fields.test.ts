import { describe, expect, test } from 'vitest';
import type { Field } from '../src/common/api/client.ts';
import { makeTranslator } from '../src/common/i18n/language.tsx';
import { fieldLabel, fieldText, type TextualField } from '../src/common/job_fields.ts';

const english = makeTranslator('en', ['en-GB']);
const field = (type: Field['type'], value: unknown, group = 'custom', key = 'x') => ({ type, value, group, key, label: 'Label' }) as unknown as TextualField;

describe('a field of a job is written for people', () => {
  test.each([
    [field('datetime', '2023-11-24T09:00:00Z'), 'Fri 24 Nov 2023, 10:00'],
    [field('date', '2023-11-24'), 'Fri 24 Nov 2023'],
    [field('time', '14:05'), '14:05'],
    [field('integer', 12500), '12,500'],
    [field('integer', 90, 'default', 'duration'), '1 h 30 min'],
    [field('integer', 90, 'custom', 'duration'), '90'],
    [field('yes_no', false), 'No'],
    [field('text', 'Ring twice'), 'Ring twice'],
    [field('datetime', null), 'Not filled in'],
  ])('%j', (given, expected) => expect(fieldText(given, 'Europe/Madrid', english)).toBe(expected));
});

test('fields that every job has are named in the language of the reader', () => {
  expect(fieldLabel(field('integer', 90, 'default', 'duration'), english)).toBe('Duration');
  expect(fieldLabel(field('integer', 90, 'custom', 'duration'), english)).toBe('Label');
});
