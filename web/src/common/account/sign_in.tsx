import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { hasCode, type Failure } from '../api/failure.ts';
import { useTranslator } from '../i18n/language.tsx';
import { Form, TextField, type FormError } from '../parts/form.tsx';
import { PageHeading } from '../parts/heading.tsx';
import { useFormSubmission } from '../state/form_submission.ts';
import { useShell } from '../state/shell.tsx';

interface SignInProperties<Session> {
  request: (email: string, password: string) => Promise<Outcome<Session>>;
  onDone: (session: Session) => void;
  // For whom this is, below the form.
  children: ComponentChildren;
}

export function SignIn<Session>({ request, onDone, children }: SignInProperties<Session>) {
  const translator = useTranslator();
  const { t } = translator;
  const { describe, pageTitle, paths } = useShell();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submission = useFormSubmission([]);

  const submit = async (values: FormData) => {
    const address = String(values.get('email')).trim();
    const secret = String(values.get('password'));
    const missing: FormError[] = [];
    if (address === '') missing.push({ field: 'email', text: t('field.required.email') });
    if (secret === '') missing.push({ field: 'password', text: t('field.required.password') });
    await submission.send({
      wrong: missing,
      request: () => request(address, secret),
      done: onDone,
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
        <a class="text-link" href={paths.password}>
          {t('sign_in.forgotten')}
        </a>
      </p>
      {children}
    </div>
  );
}
