import { expect, test } from 'vitest';
import { followed } from '../src/console/state/form.ts';

const sent = { name: ' Harbour ', phone: '', days: ['1', '2'] };

test('what is saved takes the place of what was sent', () => {
  expect(followed(sent, sent, { name: 'Harbour', phone: '', days: ['2', '1'] })).toEqual({ name: 'Harbour', phone: '', days: ['2', '1'] });
});

test('what was typed meanwhile stays, field by field', () => {
  const typed = { ...sent, phone: '+44 20', days: ['1'] };
  expect(followed(typed, sent, { name: 'Harbour', phone: '', days: ['1', '2'] })).toEqual({ name: 'Harbour', phone: '+44 20', days: ['1'] });
});
