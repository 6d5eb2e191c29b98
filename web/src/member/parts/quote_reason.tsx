import { Field, Form } from '../../common/parts/form.tsx';
import { formatNumber } from '../../common/formats.ts';
import type { Submission } from '../../common/parts/submission.ts';
import { useQuoteWords } from '../i18n/quotes.ts';
import type { Reasoned } from '../quotes/draft.ts';
import { lengthOf, mostInReason } from '../quotes/form.ts';
import { useApp } from '../state/application.tsx';

interface QuoteReasonProperties {
  about: Reasoned;
  reason: string;
  submission: Submission;
  onInput: (reason: string) => void;
  onClose: () => void;
  onSend: () => void;
}

// Why not, or what should change: the business has to know it to go on.
export function QuoteReason({ about, reason, submission, onInput, onClose, onSend }: QuoteReasonProperties) {
  const { t, locale } = useQuoteWords();
  const { name: business } = useApp().portal;
  const { errors, busy } = submission;
  const label = t(`quote.reason.${about}`);
  const count = lengthOf(reason);
  return (
    <Form
      label={label}
      class="quote-form"
      state={submission}
      submit={t(`quote.send.${about}`)}
      submitting={t('quote.sending')}
      footer={
        <button type="button" class="button" onClick={() => busy || onClose()}>
          {t('quote.not_now')}
        </button>
      }
      onSubmit={onSend}
    >
      <Field id="reason" label={label} hint={t('quote.reason_hint', { business })} errors={errors}>
        {({ 'aria-describedby': describedBy, ...rest }) => (
          <>
            <textarea
              id="reason"
              name="reason"
              rows={5}
              required
              value={reason}
              {...rest}
              aria-describedby={`${describedBy ?? ''} reason-count`}
              onInput={(event) => onInput(event.currentTarget.value)}
            />
            <p id="reason-count" class={count > mostInReason ? 'hint quote-count quote-count-over' : 'hint quote-count'}>
              {t('quote.reason_count', { count, most: formatNumber(mostInReason, locale) })}
            </p>
          </>
        )}
      </Field>
    </Form>
  );
}
