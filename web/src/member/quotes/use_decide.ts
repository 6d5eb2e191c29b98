import { useEffect, useRef } from 'preact/hooks';
import { call, type Quote } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { hasWaited } from '../../common/focus.ts';
import type { FormError } from '../../common/parts/form.tsx';
import type { Submission } from '../../common/parts/submission.ts';
import { isAnotherOffer, isOpen } from '../../common/quotes.ts';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { useQuoteWords } from '../i18n/quotes.ts';
import { useApp, useSession } from '../state/application.tsx';
import type { One } from '../state/use_one.ts';
import { bodyOf, refusedErrors, type Decided } from './form.ts';
import type { Draft } from './use_draft.ts';

interface Deciding {
  // The quote as it was read: what is decided is about that and nothing else.
  readonly quote: Quote;
  readonly decision: Decided;
  readonly words: string;
  readonly wrong: readonly FormError[];
  readonly done: () => void;
  // Somebody else has changed or decided it meanwhile, and the page shows that now.
  readonly late: () => void;
}

export interface Decide {
  readonly submission: Submission;
  readonly decide: (deciding: Deciding) => Promise<void>;
}

// `field` is where the words are typed that go along.
export function useDecide(one: One<Quote>, field: 'note' | 'reason', draft: Draft): Decide {
  const translator = useQuoteWords();
  const { portal, setNotice, handleFailure } = useApp();
  const membership = useSession().membership.id;
  const submission = useFormSubmission([field]);
  // Whoever has left is told nothing by an answer that comes late.
  const isThere = useRef(true);
  useEffect(() => () => void (isThere.current = false), []);

  const decide = ({ quote, decision, words, wrong, done, late }: Deciding) => {
    const { id } = quote;
    const from = document.activeElement;
    let isLate = false;
    // Refused, and why could not be read.
    let isUnread = false;
    const request = async () => {
      const answer = await call('post', '/quotes/{id}/decision', { path: { id }, body: bodyOf(quote, decision, words), membership });
      if (answer.ok || !hasCode(answer.failure, 'conflict')) return answer;
      const now = await call('get', '/quotes/{id}', { path: { id }, membership });
      isUnread = !now.ok;
      if (!now.ok) return now;
      isLate = isAnotherOffer(quote, now.value) || !isOpen(now.value.state);
      one.take(now.value);
      return answer;
    };
    const refused = (failure: Failure): readonly FormError[] | 'handled' | null => {
      // Whatever comes of loading it again, the form says what became of the answer.
      if (hasCode(failure, 'not_found')) {
        one.reload();
        return [{ field: null, text: translator.t('quote.gone') }];
      }
      if (isUnread) return handleFailure(failure) ? 'handled' : [{ field: null, text: translator.t('quote.unread') }];
      if (!isLate) return refusedErrors(failure, field, portal.name, translator);
      if (isThere.current) late();
      return 'handled';
    };
    return submission.send({
      wrong,
      request,
      done: (decided) => {
        draft.clear();
        if (!isThere.current) return;
        const waited = hasWaited(from);
        one.take(decided);
        done();
        setNotice({ key: `quote.sent.${decision}`, values: { business: portal.name } });
        // The button is gone with what it could do.
        if (waited) requestAnimationFrame(() => document.querySelector('h1')?.focus({ preventScroll: true }));
      },
      refused,
      uncertain: translator.t('quote.uncertain'),
    });
  };
  return { submission, decide };
}
