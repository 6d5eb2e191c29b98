import type { Quote } from '../../common/api/client.ts';
import type { Texts } from '../state/drafts.ts';

// What is being typed about a quote, and not sent yet: a note that goes with accepting it, or why not, and what of it.

export const reasoned = ['changes_requested', 'declined'] as const;
export type Reasoned = (typeof reasoned)[number];

export interface AnswerDraft {
  readonly note: string;
  // Which of the two the form is open for.
  readonly about: Reasoned | null;
  readonly reason: string;
  // Of the quote as it was read when this was typed; null while nothing is.
  readonly revision: number | null;
}

export const nothingTyped: AnswerDraft = { note: '', about: null, reason: '', revision: null };

// One draft holds what was typed about each quote.
export function draftOf(texts: Texts, id: string): AnswerDraft {
  const about = reasoned.find((candidate) => candidate === texts[`${id}.about`]) ?? null;
  const revision = Number(texts[`${id}.revision`] ?? 0) || null;
  return { note: texts[`${id}.note`] ?? '', about, reason: texts[`${id}.reason`] ?? '', revision };
}

// What is empty takes no room.
export function withDraft(texts: Texts, id: string, { note, about, reason, revision }: AnswerDraft): Texts {
  const others = Object.entries(texts).filter(([name]) => !name.startsWith(`${id}.`));
  const own = Object.entries({ [`${id}.note`]: note, [`${id}.about`]: about ?? '', [`${id}.reason`]: reason }).filter(([, text]) => text !== '');
  const read = own.length === 0 || revision === null ? [] : [[`${id}.revision`, `${revision}`]];
  return Object.fromEntries([...others, ...own, ...read]);
}

// What of it has arrived although nobody was told: an answer to it can be lost on its way back. Null: nothing.
export function arrivedOf({ note, reason, revision }: AnswerDraft, { decisions }: Pick<Quote, 'decisions'>): Partial<AnswerDraft> | null {
  const has = (typed: string) => typed.trim() !== '' && decisions.some((decision) => decision.revision === revision && decision.reason === typed.trim());
  if (!has(note) && !has(reason)) return null;
  return { ...(has(note) ? { note: '' } : {}), ...(has(reason) ? { about: null, reason: '' } : {}) };
}
