import { useEffect, useRef, useState } from 'preact/hooks';
import { call, type Site } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { formatNumber } from '../../common/formats.ts';
import { navigate } from '../../common/history.ts';
import { requestPath } from '../../common/navigation.ts';
import { BackLink } from '../../common/parts/back_link.tsx';
import { Field, Form, type FormError } from '../../common/parts/form.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { useShell } from '../../common/state/shell.tsx';
import { dayAfter, dayOf } from '../../common/time/dates.ts';
import { formatWait } from '../../common/time/durations.ts';
import { useRequestWords } from '../i18n/requests.ts';
import { useSites } from '../jobs/use_sites.ts';
import { NoRequests } from '../parts/no_requests.tsx';
import { SiteChoice } from '../parts/site_choice.tsx';
import {
  bodyOf,
  mostDaysAhead,
  mostInNotes,
  refusedErrors,
  requestErrors,
  requestFields,
  valuesOf,
  type RequestValues,
} from '../requests/form.ts';
import { useApp, useSession } from '../state/application.tsx';
import { forgetDraft, keepDraft, recallDraft } from '../state/drafts.ts';
import { pageTitle } from './title.ts';

export function NewRequestPage() {
  const { t } = useRequestWords();
  const { portal } = useApp();
  const { membership } = useSession();
  const sites = useSites();
  if (!membership.permissions.includes('create_work_requests')) return <NoRequests />;
  return (
    <>
      <BackLink path="/requests">{t('requests.title')}</BackLink>
      <PageHeading title={pageTitle(t('requests.new'), portal.name)}>{t('requests.new')}</PageHeading>
      {/* All of the form at once: nothing moves under the finger. Another client has another form. */}
      {sites === null ? <JobSkeleton /> : <RequestForm key={membership.id} sites={sites} />}
    </>
  );
}

function RequestForm({ sites }: { sites: readonly Site[] }) {
  const translator = useRequestWords();
  const { t, locale } = translator;
  const { portal, setNotice } = useApp();
  const { describeField } = useShell();
  const membership = useSession().membership.id;
  const { values, change, isDraft, clear } = useDraft(membership);
  const submission = useFormSubmission(requestFields);
  // Whoever has left is not fetched back by an answer that comes late.
  const isThere = useRef(true);
  useEffect(() => () => void (isThere.current = false), []);
  const today = dayOf(new Date(), portal.time_zone);

  const refused = (failure: Failure): FormError[] | null => {
    if (!hasCode(failure, 'too_many_requests') || failure.kind !== 'problem') {
      return refusedErrors(failure, (code) => describeField(code, translator), translator);
    }
    const wait = formatWait(failure.retryAfterSeconds ?? 3600, translator);
    return [{ field: null, text: t('new_request.too_many', { business: portal.name, wait }) }];
  };
  const submit = () =>
    submission.send({
      wrong: requestErrors(values, findUnfinished(), today, translator),
      request: () => call('post', '/work-requests', { body: bodyOf(values), membership, once: true }),
      done: ({ id }) => {
        forgetDraft('request');
        if (!isThere.current) return;
        setNotice({ key: 'new_request.done', values: { business: portal.name } });
        navigate(requestPath(id), { replace: true });
      },
      refused,
      uncertain: t('new_request.outcome_unknown'),
    });
  const { errors } = submission;
  return (
    <Form
      label={t('requests.new')}
      class="request-form"
      state={submission}
      submit={t('new_request.submit')}
      submitting={t('new_request.submitting')}
      onSubmit={() => void submit()}
    >
      {isDraft && (
        <div class="banner">
          <p>{t('new_request.draft')}</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              clear();
              submission.clear();
              document.getElementById('subject')?.focus();
            }}
          >
            {t('new_request.discard')}
          </button>
        </div>
      )}
      <Field id="subject" label={t('new_request.subject')} hint={t('new_request.subject_hint')} errors={errors}>
        {(about) => (
          <input
            id="subject"
            name="subject"
            type="text"
            required
            autocomplete="off"
            value={values.subject}
            {...about}
            onInput={(event) => change({ subject: event.currentTarget.value })}
          />
        )}
      </Field>
      {(sites.length > 0 || values.site_id !== '') && (
        <SiteChoice
          id="site_id"
          label={t('new_request.site')}
          sites={sites}
          none={t('new_request.site_none')}
          value={values.site_id}
          error={errors.find(({ field }) => field === 'site_id')?.text}
          onChange={(site) => change({ site_id: site ?? '' })}
        />
      )}
      <Field
        id="notes"
        label={t('new_request.notes')}
        hint={t('new_request.notes_hint', { most: formatNumber(mostInNotes, locale) })}
        errors={errors}
      >
        {(about) => (
          <textarea
            id="notes"
            name="notes"
            rows={6}
            value={values.notes}
            {...about}
            onInput={(event) => change({ notes: event.currentTarget.value })}
          />
        )}
      </Field>
      <fieldset class="field" aria-describedby="wish-hint">
        <legend>{t('new_request.when')}</legend>
        <div class="hint" id="wish-hint">
          <p>{t('request.is_wish', { business: portal.name })}</p>
          <ZoneNote instants={bothClocks(new Date())} />
        </div>
        <div class="request-when">
          <Field id="preferred_date" label={t('new_request.date')} errors={errors}>
            {(about) => (
              <input
                id="preferred_date"
                name="preferred_date"
                type="date"
                min={today}
                max={dayAfter(today, mostDaysAhead)}
                value={values.preferred_date}
                {...about}
                onInput={(event) => change({ preferred_date: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field id="preferred_time" label={t('new_request.time')} errors={errors}>
            {(about) => (
              <input
                id="preferred_time"
                name="preferred_time"
                type="time"
                value={values.preferred_time}
                {...about}
                onInput={(event) => change({ preferred_time: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      </fieldset>
    </Form>
  );
}

// Now and half a year on, so that summer and winter time are among them.
function bothClocks(now: Date): Date[] {
  return [now, new Date(now.getTime() + 182 * 86_400_000)];
}

// A day or a time of which only a part was typed has no value; the browser knows that there is something.
function findUnfinished(): string[] {
  return requestFields.filter((field) => {
    const element = document.getElementById(field);
    return element instanceof HTMLInputElement && element.validity.badInput;
  });
}

interface Draft {
  readonly values: RequestValues;
  readonly change: (part: Partial<RequestValues>) => void;
  // It was kept when the form was opened.
  readonly isDraft: boolean;
  readonly clear: () => void;
}

// What stands in the form. Each change is kept at once: the session can end while one types, and the page can go before it is drawn again.
function useDraft(membership: string): Draft {
  const [kept, setKept] = useState(() => recallDraft('request', membership));
  const [values, setValues] = useState(() => valuesOf(kept ?? {}));
  const latest = useRef(values);
  const show = (next: RequestValues) => {
    latest.current = next;
    setValues(next);
  };
  return {
    values,
    change: (part) => {
      show({ ...latest.current, ...part });
      if (Object.values(latest.current).some((text) => text !== '')) keepDraft('request', membership, latest.current);
      else forgetDraft('request');
    },
    isDraft: kept !== null,
    clear: () => {
      forgetDraft('request');
      setKept(null);
      show(valuesOf({}));
    },
  };
}
