import { useRef, useState } from 'preact/hooks';
import { forgetDraft, keepDraft, recallDraft } from '../state/drafts.ts';
import { draftOf, withDraft, type AnswerDraft } from './draft.ts';

export interface Draft {
  readonly draft: AnswerDraft;
  readonly change: (part: Partial<AnswerDraft>) => void;
  readonly clear: () => void;
}

// Each change is kept at once: the session can end while one types, and the page can go before it is drawn again.
export function useAnswerDraft(membership: string, id: string): Draft {
  const read = () => recallDraft('quotes', membership) ?? {};
  const [draft, setDraft] = useState(() => draftOf(read(), id));
  const latest = useRef(draft);
  const change = (part: Partial<AnswerDraft>) => {
    latest.current = { ...latest.current, ...part };
    setDraft(latest.current);
    const texts = withDraft(read(), id, latest.current);
    if (Object.keys(texts).length > 0) keepDraft('quotes', membership, texts);
    else forgetDraft('quotes');
  };
  return { draft, change, clear: () => change({ note: '', about: null, reason: '' }) };
}
