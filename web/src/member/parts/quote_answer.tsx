import { useEffect, useRef, useState } from 'preact/hooks';
import type { Quote } from '../../common/api/client.ts';
import { hasWaited } from '../../common/focus.ts';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { isAnotherOffer, isOpen, type QuoteState } from '../../common/quotes.ts';
import { useQuoteWords } from '../i18n/quotes.ts';
import { arrivedOf, reasoned, type AnswerDraft, type Reasoned } from '../quotes/draft.ts';
import { isUnsent, noteErrors, reasonErrors } from '../quotes/form.ts';
import { useDecide } from '../quotes/use_decide.ts';
import { useAnswerDraft, type Draft } from '../quotes/use_draft.ts';
import { useApp, useSession } from '../state/application.tsx';
import type { One } from '../state/use_one.ts';
import { AcceptQuote } from './accept_quote.tsx';
import { Decision } from './quote_decisions.tsx';
import { QuoteNews } from './quote_news.tsx';
import { QuoteReason } from './quote_reason.tsx';

interface QuoteAnswerProperties {
  quote: Quote;
  one: One<Quote>;
}

// What the client says to a quote: what counts at the moment, and the ways to decide as long as there are any.
export function QuoteAnswer({ quote, one }: QuoteAnswerProperties) {
  const { t } = useQuoteWords();
  const membership = useSession().membership.id;
  const draft = useAnswerDraft(membership, quote.id);
  const { state, decision } = quote;
  return (
    <section class="section" aria-labelledby="answer">
      <h2 id="answer" tabIndex={-1}>
        {t('quote.answer')}
      </h2>
      {decision !== null && (
        <>
          <ZoneNote instants={[new Date(decision.decided_at)]} />
          <Decision decision={decision} quote={quote} />
        </>
      )}
      {!isOpen(state) && <Over state={state} quote={quote} draft={draft} />}
      {/* Also while it is over, for an answer that is still to come. */}
      <Ways quote={quote} one={one} draft={draft} />
    </section>
  );
}

type OverState = Exclude<QuoteState, 'pending_approval' | 'changes_requested'>;

function Over({ state, quote, draft }: { state: OverState; quote: Quote; draft: Draft }) {
  const { t } = useQuoteWords();
  const { name: business } = useApp().portal;
  const { note, reason } = draft.draft;
  const unsent = [...new Set([note, reason])].filter((typed) => isUnsent(typed, quote));
  return (
    <>
      <p>{t(`quote.over.${state}`, { business })}</p>
      {unsent.length > 0 && (
        <div class="news">
          <p>{t('quote.unsent')}</p>
          {unsent.map((typed) => (
            <p key={typed} class="plain-text" dir="auto">
              {typed}
            </p>
          ))}
          <button
            type="button"
            class="button"
            onClick={() => {
              draft.clear();
              focusOn('answer');
            }}
          >
            {t('quote.discard')}
          </button>
        </div>
      )}
    </>
  );
}

// Once it is drawn.
function focusOn(...ids: readonly string[]): void {
  requestAnimationFrame(() => ids.map((id) => document.getElementById(id)).find((element) => element !== null)?.focus());
}

// What arrived, while the answer to it was lost, is typed no more. Looked at only when decisions come: the same words can be typed again.
function useArrived(quote: Quote, draft: Draft, busy: boolean): void {
  const { length } = quote.decisions;
  const looked = useRef(-1);
  useEffect(() => {
    if (busy || looked.current === length) return;
    looked.current = length;
    const arrived = arrivedOf(draft.draft, quote);
    if (arrived === null) return;
    const from = document.activeElement;
    draft.change(arrived);
    requestAnimationFrame(() => from?.isConnected === false && document.getElementById('answer')?.focus({ preventScroll: true }));
  }, [length, busy]);
}

// What was read last is what is decided about: where the business has changed it since, one looks at that first.
function Ways({ quote, one, draft }: QuoteAnswerProperties & { draft: Draft }) {
  const translator = useQuoteWords();
  const { t } = translator;
  const { name: business } = useApp().portal;
  const { about, reason, note, revision } = draft.draft;
  // Null: what was typed before the page was loaded is about a revision that is not here any more.
  const [known, setKnown] = useState(() => (revision === null || revision === quote.revision ? quote : null));
  const isTyped = isUnsent(note, quote) || isUnsent(reason, quote);
  const keep = (part: Partial<AnswerDraft>) => draft.change({ ...part, revision: known === null ? revision : known.revision });
  // Something was sent about what had changed already.
  const [isLate, setLate] = useState(false);
  // What the open question is about.
  const [accepting, setAccepting] = useState<Quote | null>(null);
  const withNote = useDecide(one, 'note', draft);
  const withReason = useDecide(one, 'reason', draft);
  const canBeDecided = isOpen(quote.state);
  const isNews = canBeDecided && (known === null || isAnotherOffer(known, quote));

  // The form that somebody was in goes with what could be decided; whoever has gone on is left there.
  const could = useRef(canBeDecided);
  useEffect(() => {
    const isOverNow = could.current && !canBeDecided;
    could.current = canBeDecided;
    if (isOverNow) requestAnimationFrame(() => hasWaited(null) && document.getElementById('answer')?.focus({ preventScroll: true }));
  }, [canBeDecided]);
  const { busy } = withNote.submission;
  useArrived(quote, draft, busy || withReason.submission.busy);
  const isStale = accepting !== null && (!canBeDecided || isAnotherOffer(accepting, quote));
  useEffect(() => {
    if (!isStale || busy) return;
    setAccepting(null);
    focusOn('quote-news', 'answer');
  }, [isStale, busy]);

  // False: there is something to look at first.
  const hasSeenAll = () => {
    if (isNews) document.getElementById('quote-news')?.focus();
    return !isNews;
  };
  const late = () => {
    setLate(true);
    focusOn('quote-news', 'answer');
  };
  const accept = () => {
    withNote.submission.clear();
    if (hasSeenAll()) setAccepting(quote);
  };
  const choose = (wanted: Reasoned) => {
    withReason.submission.clear();
    keep({ about: about === wanted ? null : wanted });
    if (about !== wanted) focusOn('reason');
  };
  return (
    <>
      {isNews && (
        <QuoteNews
          before={known}
          after={quote}
          text={isTyped ? 'quote.news_unsent' : isLate ? 'quote.news_late' : 'quote.news_text'}
          onSeen={() => {
            setKnown(quote);
            setLate(false);
            draft.change({ revision: quote.revision });
            focusOn('reason', 'accept');
          }}
        />
      )}
      {canBeDecided && (
        <>
          {quote.state === 'changes_requested' && <p>{t('quote.changes_wait', { business })}</p>}
          <div class="actions">
            <button type="button" id="accept" class="button button-primary" onClick={accept}>
              {t('quote.accept')}
            </button>
            {reasoned.map((wanted) => (
              <button key={wanted} type="button" class="button" aria-expanded={about === wanted} onClick={() => choose(wanted)}>
                {t(wanted === 'declined' ? 'quote.decline' : 'quote.ask_changes')}
              </button>
            ))}
          </div>
        </>
      )}
      {canBeDecided && about !== null && (
        <QuoteReason
          about={about}
          reason={reason}
          submission={withReason.submission}
          onInput={(text) => keep({ reason: text })}
          onClose={() => choose(about)}
          onSend={() => {
            if (!hasSeenAll()) return;
            const wrong = reasonErrors(about, reason, translator);
            void withReason.decide({ quote, decision: about, words: reason, wrong, done: () => undefined, late });
          }}
        />
      )}
      {accepting !== null && (
        <AcceptQuote
          quote={accepting}
          note={note}
          submission={withNote.submission}
          onInput={(text) => keep({ note: text })}
          onClose={() => {
            if (!busy) setAccepting(null);
          }}
          onAccept={() => {
            const wrong = noteErrors(note, translator);
            void withNote.decide({ quote: accepting, decision: 'accepted', words: note, wrong, done: () => setAccepting(null), late });
          }}
        />
      )}
    </>
  );
}
