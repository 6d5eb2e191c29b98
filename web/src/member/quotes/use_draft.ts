import { useRef, useState } from 'preact/hooks';
import { forgetDraft, hasDraft, keepDraft, recallDraft } from '../state/drafts.ts';
import { draftOf, nothingTyped, withDraft, type AnswerDraft } from './draft.ts';

export interface Draft {
  readonly draft: AnswerDraft;
  readonly change: (part: Partial<AnswerDraft>) => void;
  readonly clear: () => void;
}

const recallTexts = (membership: string) => recallDraft('quotes', membership) ?? {};

export function keepAnswer(membership: string, id: string, draft: AnswerDraft): void {
  const texts = withDraft(recallTexts(membership), id, draft);
  if (Object.keys(texts).length > 0) keepDraft('quotes', membership, texts);
  else forgetDraft('quotes');
}

// An answer can come after one has turned to another client, whose drafts stay.
export function forgetAnswer(membership: string, id: string): void {
  if (hasDraft('quotes', membership)) keepAnswer(membership, id, nothingTyped);
}

// Each change is kept at once: the session can end while one types, and the page can go before it is drawn again.
export function useAnswerDraft(membership: string, id: string): Draft {
  const [draft, setDraft] = useState(() => draftOf(recallTexts(membership), id));
  const latest = useRef(draft);
  const show = (changed: AnswerDraft) => {
    latest.current = changed;
    setDraft(changed);
  };
  const change = (part: Partial<AnswerDraft>) => {
    show({ ...latest.current, ...part });
    keepAnswer(membership, id, latest.current);
  };
  const clear = () => {
    show(nothingTyped);
    forgetAnswer(membership, id);
  };
  return { draft, change, clear };
}
