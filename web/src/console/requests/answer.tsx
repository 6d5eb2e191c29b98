import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { hasWaited } from '../../common/focus.ts';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { answerRequest, readRequest, whoAsked, type RequestState, type WorkRequest } from '../api/requests.ts';
import { useWords } from '../i18n/words.ts';
import { Radios, TextArea } from '../parts/fields.tsx';
import { News } from '../parts/news.tsx';
import { LeaveGuard, UnsavedNote } from '../parts/unsaved.tsx';
import { useApp } from '../state/application.tsx';
import { useFollow, useForm } from '../state/form.ts';
import { answerOf, statesToChoose, valuesOf, wrongOf } from './answer_form.ts';
import { differencesOf } from './words.ts';

const kFields = ['state', 'reply', 'job_number'] as const;

interface AnswerProperties {
  request: WorkRequest;
  // The request as it is by now, after an answer of one's own or of somebody else.
  onChanged: (request: WorkRequest) => void;
}

// The answer of the business. What somebody else changes meanwhile is shown beside what was typed, which stays.
export function Answer({ request, onChanged }: AnswerProperties) {
  const translator = useWords();
  const { t } = translator;
  const { setNotice } = useApp();
  const form = useForm(valuesOf(request));
  const submission = useFormSubmission(kFields);
  const { news, know } = useNews(request, form.dirty);
  const newsTakeFocus = useRef(false);
  const [late, setLate] = useState(0);
  useFollow(form, request, valuesOf, submission.busy);

  const submit = () => {
    const body = answerOf(form.values, request);
    const from = document.activeElement;
    let isNews = false;
    // Whoever was quicker is asked for at once, so that both are seen together.
    const send = async (): Promise<Outcome<WorkRequest>> => {
      if (body === null) return { ok: true, value: request };
      const answer = await answerRequest(request.id, body);
      if (answer.ok || !hasCode(answer.failure, 'conflict')) return answer;
      const now = await readRequest(request.id);
      // What is there by now is one's own: the answer to an earlier try was lost.
      if (!now.ok || answerOf(form.values, now.value) === null) return now;
      isNews = differencesOf(request, now.value, translator).length > 0;
      newsTakeFocus.current = isNews && hasWaited(from);
      setLate((count) => count + 1);
      onChanged(now.value);
      return answer;
    };
    const refused = (failure: Failure): readonly FormError[] | 'handled' | null => {
      if (isNews) return 'handled';
      if (failure.kind !== 'problem' || !failure.errors.some(({ code }) => code === 'unknown_reference')) return null;
      return [{ field: 'job_number', text: t('work_request.job_unknown', { client: request.client.name }) }];
    };
    const done = (saved: WorkRequest) => {
      know(saved);
      form.follow(form.values, valuesOf(saved));
      onChanged(saved);
      setNotice({ key: 'work_request.saved' });
    };
    return submission.send({ wrong: wrongOf(form.values, translator), request: send, done, refused, uncertain: t('work_request.uncertain') });
  };
  const cancelled = request.state === 'cancelled';
  const stood = useRef(false);
  if (cancelled && !form.dirty) return <Over takesFocus={stood.current} />;
  stood.current = true;
  return (
    <>
      {news.length > 0 && (
        <News
          title={t('work_request.news')}
          differences={news.map(({ part, before, after }) => ({
            label: t(part === 'state' ? 'staff.state' : `work_request.${part}`),
            text: t('activity.change', { before: before ?? t('work_request.nothing'), after: after ?? t('work_request.nothing') }),
          }))}
          text={t(cancelled ? 'work_request.news_cancelled' : 'work_request.news_text')}
          takeFocus={newsTakeFocus}
          late={late}
          onClose={() => {
            know(request);
            document.getElementById('reply')?.focus();
          }}
        />
      )}
      <Form
        label={t('work_request.answer')}
        class="form-framed"
        state={submission}
        submit={t('work_request.submit')}
        submitting={t('work_request.submitting')}
        footer={<UnsavedNote form={form} submission={submission} />}
        hideSubmit={cancelled}
        onSubmit={() => void submit()}
      >
        {!cancelled && (
          <Radios
            id="state"
            legend={t('staff.state')}
            options={statesToChoose(request.state).map((value) => ({ value, text: t(`work_request.state.${value}`), hint: t(`work_request.hint.${value}`) }))}
            value={form.values.state}
            errors={submission.errors}
            onChange={(value) => form.set('state', value as RequestState)}
          />
        )}
        <TextArea
          id="reply"
          label={t('work_request.reply')}
          hint={t('work_request.reply_hint', { name: whoAsked(request) })}
          errors={submission.errors}
          value={form.values.reply}
          rows={5}
          maxLength={2000}
          optional
          onInput={(value) => form.set('reply', value)}
        />
        <TextField
          id="job_number"
          label={t('work_request.job_number')}
          hint={t('work_request.job_hint')}
          errors={submission.errors}
          value={form.values.job_number}
          onInput={(value) => form.set('job_number', value)}
          type="text"
          autocomplete="off"
          maxLength={50}
          optional
        />
      </Form>
      <LeaveGuard dirty={form.dirty} />
    </>
  );
}

// In the place of the form, and of the focus that was in it.
function Over({ takesFocus }: { takesFocus: boolean }) {
  const { t } = useWords();
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (takesFocus && document.activeElement === document.body) text.current?.focus();
  }, []);
  return (
    <p ref={text} class="muted" tabIndex={-1}>
      {t('work_request.is_cancelled')}
    </p>
  );
}

// What others changed since one began to type; nothing is news to whoever has typed nothing.
function useNews(request: WorkRequest, dirty: boolean) {
  const translator = useWords();
  const [known, setKnown] = useState(request);
  useEffect(() => {
    if (!dirty) setKnown(request);
  }, [request, dirty]);
  return { news: dirty ? differencesOf(known, request, translator) : [], know: setKnown };
}
