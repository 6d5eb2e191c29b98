import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { hasWaited } from '../../common/focus.ts';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { useShell } from '../../common/state/shell.tsx';
import { dayOf } from '../../common/time/dates.ts';
import { decisions, methods, readQuote, recordDecision, type WholeQuote } from '../api/quotes.ts';
import { useWords } from '../i18n/words.ts';
import { Radios, TextArea } from '../parts/fields.tsx';
import { News } from '../parts/news.tsx';
import { LeaveGuard, UnsavedNote } from '../parts/unsaved.tsx';
import { useApp } from '../state/application.tsx';
import { useForm } from '../state/form.ts';
import { bodyOf, canBeRecorded, nothingRecorded, recordFields, wrongOf, type RecordValues } from './record_form.ts';
import { differencesOf } from './words.ts';

interface RecordProperties {
  quote: WholeQuote;
  // The quote as it is by now, after what was recorded here or decided elsewhere.
  onChanged: (quote: WholeQuote) => void;
}

// What a client said on the telephone or on paper. What changes meanwhile is shown beside what was typed, which stays.
export function Record({ quote, onChanged }: RecordProperties) {
  const translator = useWords();
  const { t } = translator;
  const { timeZone } = useShell();
  const { setNotice } = useApp();
  const form = useForm(nothingRecorded);
  const submission = useFormSubmission(recordFields);
  const newsTakeFocus = useRef(false);
  const [late, setLate] = useState(0);
  // What one has looked at, which is what is recorded about. Nothing is news to whoever has typed nothing.
  const [known, know] = useState(quote);
  useEffect(() => {
    if (!form.dirty) know(quote);
  }, [quote, form.dirty]);
  const news = form.dirty ? differencesOf(known, quote, dayOf(new Date(), timeZone), translator) : [];
  const isOtherRevision = form.dirty && known.revision !== quote.revision;
  const isNews = news.length > 0 || isOtherRevision;
  const isOver = !canBeRecorded(quote.state);

  const submit = () => {
    // There is something to look at first.
    if (isNews) return document.getElementById('news')?.focus();
    const body = bodyOf(form.values, known);
    const from = document.activeElement;
    let isLate = false;
    // Whoever was quicker is asked for at once, so that both are seen together.
    const send = async (): Promise<Outcome<WholeQuote>> => {
      const answer = await recordDecision(quote.id, body!);
      if (answer.ok || !hasCode(answer.failure, 'conflict')) return answer;
      const now = await readQuote(quote.id);
      if (!now.ok) return now;
      isLate = now.value.revision !== known.revision || now.value.state !== known.state;
      newsTakeFocus.current = isLate && hasWaited(from);
      setLate((count) => count + 1);
      onChanged(now.value);
      return answer;
    };
    const done = (recorded: WholeQuote) => {
      form.reset(nothingRecorded);
      onChanged(recorded);
      setNotice({ key: 'offered.recorded', values: { name: recorded.number } });
      focusWhatIsLeft();
    };
    void submission.send({ wrong: wrongOf(form.values, translator), request: send, done, refused: () => (isLate ? 'handled' : null), uncertain: t('offered.uncertain') });
  };
  const seen = () => {
    know(quote);
    document.getElementById(isOver ? 'record' : 'decision')?.focus();
  };
  const discard = () => {
    form.discard();
    focusWhatIsLeft();
  };
  if (isOver && !form.dirty) return <p class="muted">{t('offered.over')}</p>;
  return (
    <>
      {isNews && (
        <News
          title={t('offered.news')}
          differences={news.map(({ part, before, after }) => ({
            label: t(part === 'state' ? 'staff.state' : `offered.part.${part}`),
            text: t('activity.change', { before: before ?? t('work_request.nothing'), after: after ?? t('work_request.nothing') }),
          }))}
          text={t(isOver ? 'offered.news_over' : 'offered.news_text')}
          takeFocus={newsTakeFocus}
          late={late}
          onClose={seen}
        />
      )}
      {isOver && !isNews && <p class="muted">{t('offered.over')}</p>}
      <Form
        label={t('offered.record')}
        class="form-framed"
        state={submission}
        submit={t('offered.record_submit')}
        submitting={t('work_request.submitting')}
        footer={<UnsavedNote form={{ dirty: form.dirty, discard }} submission={submission} />}
        hideSubmit={isOver}
        onSubmit={submit}
      >
        <Radios
          id="decision"
          legend={t('offered.decision')}
          options={decisions.map((value) => ({ value, text: t(`offered.state.${value}`) }))}
          value={form.values.decision}
          errors={submission.errors}
          onChange={(value) => form.set('decision', value as RecordValues['decision'])}
        />
        <Radios
          id="method"
          legend={t('offered.method')}
          options={methods.map((value) => ({ value, text: t(`offered.method.${value}`) }))}
          value={form.values.method}
          errors={submission.errors}
          onChange={(value) => form.set('method', value as RecordValues['method'])}
        />
        <TextField
          id="decided_by"
          label={t('offered.decided_by')}
          hint={t('offered.decided_by_hint', { client: quote.client.name })}
          errors={submission.errors}
          value={form.values.decided_by}
          onInput={(value) => form.set('decided_by', value)}
          type="text"
          autocomplete="off"
          maxLength={101}
          optional
        />
        <TextArea
          id="reason"
          label={t('offered.reason')}
          hint={t('offered.reason_hint')}
          errors={submission.errors}
          value={form.values.reason}
          rows={4}
          maxLength={2000}
          optional
          onInput={(value) => form.set('reason', value)}
        />
      </Form>
      <LeaveGuard dirty={form.dirty} />
    </>
  );
}

// The form that somebody was in may be gone by then; whoever has gone on is left there.
function focusWhatIsLeft(): void {
  requestAnimationFrame(() => hasWaited(null) && document.getElementById('record')?.focus());
}
