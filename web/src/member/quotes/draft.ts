import type { Texts } from '../state/drafts.ts';

// What is being typed about a quote, and not sent yet: a note that goes with accepting it, or why not, and what of it.

export const reasoned = ['changes_requested', 'declined'] as const;
export type Reasoned = (typeof reasoned)[number];

export interface AnswerDraft {
  readonly note: string;
  // Which of the two the form is open for.
  readonly about: Reasoned | null;
  readonly reason: string;
}

// One draft holds what was typed about each quote.
export function draftOf(texts: Texts, id: string): AnswerDraft {
  const about = reasoned.find((candidate) => candidate === texts[`${id}.about`]) ?? null;
  return { note: texts[`${id}.note`] ?? '', about, reason: texts[`${id}.reason`] ?? '' };
}

// What is empty takes no room.
export function withDraft(texts: Texts, id: string, { note, about, reason }: AnswerDraft): Texts {
  const others = Object.entries(texts).filter(([name]) => !name.startsWith(`${id}.`));
  const own = Object.entries({ [`${id}.note`]: note, [`${id}.about`]: about ?? '', [`${id}.reason`]: reason }).filter(([, text]) => text !== '');
  return Object.fromEntries([...others, ...own]);
}
