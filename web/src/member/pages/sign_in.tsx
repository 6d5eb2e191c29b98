import { useEffect, useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import { describeFailure, hasCode, type Failure } from '../../common/api/failure.ts';
import { navigate, usePlace } from '../../common/history.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { matchRoute, safeNext } from '../../common/navigation.ts';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useApp } from '../state/application.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { pageTitle } from './title.ts';

// Who comes here with a session goes straight on; so does everybody after signing in.
export function SignInPage() {
  const translator = useTranslator();
  const { t } = translator;
  const { portal, session, openSession } = useApp();
  const place = usePlace();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submission = useFormSubmission([]);
  const next = safeNext(new URLSearchParams(place.search).get('next'), location.origin);

  useEffect(() => {
    if (session !== null) goTo(next);
  }, [session]);
  if (session !== null) return null;

  const submit = async (values: FormData) => {
    const address = String(values.get('email')).trim();
    const secret = String(values.get('password'));
    const missing: FormError[] = [];
    if (address === '') missing.push({ field: 'email', text: t('field.required.email') });
    if (secret === '') missing.push({ field: 'password', text: t('field.required.password') });
    await submission.send({
      wrong: missing,
      request: () => call('post', '/session', { body: { email: address, password: secret } }),
      done: openSession,
      refused: (failure) => [errorOf(failure)],
    });
  };
  // Signing in once more does no harm, so that is what there is to do when nobody knows whether it worked.
  const errorOf = (failure: Failure): FormError => ({
    field: fieldToBlame(failure),
    text: hasCode(failure, 'outcome_unknown') ? t('sign_in.outcome_unknown') : describeFailure(failure, translator, portal.name),
  });
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t('sign_in.title'), portal.name)}>{t('sign_in.title')}</PageHeading>
      <Form
        label={t('sign_in.title')}
        state={submission}
        submit={t('sign_in.submit')}
        submitting={t('sign_in.submitting')}
        onSubmit={(values) => void submit(values)}
      >
        <TextField
          id="email"
          label={t('sign_in.email')}
          errors={submission.errors}
          value={email}
          onInput={setEmail}
          type="email"
          autocomplete="username"
        />
        <TextField
          id="password"
          label={t('sign_in.password')}
          errors={submission.errors}
          value={password}
          onInput={setPassword}
          type="password"
          autocomplete="current-password"
        />
      </Form>
      <p>
        <a class="text-link" href="/password">
          {t('sign_in.forgotten')}
        </a>
      </p>
      <p class="muted">{t('sign_in.first_time')}</p>
    </div>
  );
}

// The server does not say which of the two is wrong, so the link of the summary leads to the first.
function fieldToBlame(failure: Failure): string | null {
  return hasCode(failure, 'invalid_credentials', 'invalid_field') ? 'email' : null;
}

// A page of ours opens in place; another location of the same host, guarded by the same sign-in, is loaded by the browser.
function goTo(next: string): void {
  if (matchRoute(new URL(next, location.origin).pathname).page === 'not_found') {
    location.assign(next);
  } else {
    navigate(next, { replace: true });
  }
}
