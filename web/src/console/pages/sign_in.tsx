import { useEffect, useState } from 'preact/hooks';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { navigate, usePlace } from '../../common/history.ts';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { useShell } from '../../common/state/shell.tsx';
import { signIn } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { safeConsoleNext } from '../navigation.ts';
import { useApp } from '../state/application.tsx';

// Who comes here with a session goes straight on; so does everybody after signing in.
export function SignInPage() {
  const translator = useWords();
  const { t } = translator;
  const { session, openSession } = useApp();
  const { describe, pageTitle } = useShell();
  const place = usePlace();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submission = useFormSubmission([]);
  const next = safeConsoleNext(new URLSearchParams(place.search).get('next'), location.origin);

  useEffect(() => {
    if (session !== null) navigate(next, { replace: true });
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
      request: () => signIn(address, secret),
      done: openSession,
      refused: (failure) => [errorOf(failure)],
    });
  };
  // Signing in once more does no harm, so that is what there is to do when nobody knows whether it worked. The server does not say which
  // of the two is wrong, so the link of the summary leads to the first.
  const errorOf = (failure: Failure): FormError => ({
    field: hasCode(failure, 'invalid_credentials', 'invalid_field') ? 'email' : null,
    text: hasCode(failure, 'outcome_unknown') ? t('sign_in.outcome_unknown') : describe(failure, translator),
  });
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t('sign_in.title'))}>{t('sign_in.title')}</PageHeading>
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
        <a class="text-link" href="/console/password">
          {t('sign_in.forgotten')}
        </a>
      </p>
      <p class="muted">{t('sign_in.for_staff')}</p>
      <p>
        <a class="text-link" href="/">
          {t('sign_in.to_portal')}
        </a>
      </p>
    </div>
  );
}
