import type { Quote } from '../../common/api/client.ts';
import { formatMoney } from '../../common/numbers.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Field, Form } from '../../common/parts/form.tsx';
import type { Submission } from '../../common/parts/submission.ts';
import { useQuoteWords } from '../i18n/quotes.ts';
import { useApp } from '../state/application.tsx';

interface AcceptQuoteProperties {
  quote: Quote;
  note: string;
  submission: Submission;
  onInput: (note: string) => void;
  onClose: () => void;
  onAccept: () => void;
}

// Asks once, with the amount: it cannot be taken back.
export function AcceptQuote({ quote, note, submission, onInput, onClose, onAccept }: AcceptQuoteProperties) {
  const { t, locale } = useQuoteWords();
  const { name: business } = useApp().portal;
  const { number, title, total } = quote;
  const amount = formatMoney(total, locale);
  const question = t('quote.accept_title', { number, amount });
  return (
    <Dialog title={question} onClose={onClose}>
      {title !== null && (
        <p dir="auto">
          <strong>{title}</strong>
        </p>
      )}
      <p>{t('quote.accept_text', { business, amount })}</p>
      <Form
        label={question}
        class="quote-form"
        state={submission}
        submit={t('quote.accept_confirm', { amount })}
        submitting={t('quote.accepting')}
        footer={
          <button type="button" class="button" onClick={onClose}>
            {t('quote.not_yet')}
          </button>
        }
        onSubmit={onAccept}
      >
        <Field id="note" label={t('quote.note')} errors={submission.errors}>
          {(about) => (
            <input id="note" name="note" type="text" autocomplete="off" value={note} {...about} onInput={(event) => onInput(event.currentTarget.value)} />
          )}
        </Field>
      </Form>
    </Dialog>
  );
}
