import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import type { Failure } from '../api/failure.ts';
import { useTranslator } from '../i18n/language.tsx';
import { Form, TextField } from '../parts/form.tsx';
import { PageHeading } from '../parts/heading.tsx';
import { useFormSubmission } from '../state/form_submission.ts';
import { passwordErrors } from '../state/input_rules.ts';
import { giveWay, problemWithReset } from '../state/link_problem.ts';
import { forgetToken } from '../state/link_token.ts';
import { useShell } from '../state/shell.tsx';

interface NewPasswordProperties {
  request: (password: string) => Promise<Outcome<unknown>>;
  onDone: () => void;
  onRefused: (failure: Failure) => void;
}

export function NewPassword({ request, onDone, onRefused }: NewPasswordProperties) {
  const translator = useTranslator();
  const { t } = translator;
  const { pageTitle, minimumPasswordLength: minimum } = useShell();
  const [password, setPassword] = useState('');
  const submission = useFormSubmission(['password']);

  const submit = async (values: FormData) => {
    const chosen = String(values.get('password'));
    await submission.send({
      wrong: passwordErrors(chosen, minimum, translator),
      request: () => request(chosen),
      done: () => {
        forgetToken();
        onDone();
      },
      refused: (failure) => giveWay(problemWithReset(failure), failure, onRefused),
      uncertain: t('reset.outcome_unknown'),
    });
  };
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t('reset.new_title'))}>{t('reset.new_title')}</PageHeading>
      <p>{t('reset.new_text')}</p>
      <Form
        label={t('reset.new_title')}
        state={submission}
        submit={t('reset.new_submit')}
        submitting={t('password.submitting')}
        onSubmit={(values) => void submit(values)}
      >
        <TextField
          id="password"
          label={t('password.new')}
          hint={t('activate.password_hint', { count: minimum })}
          errors={submission.errors}
          value={password}
          onInput={setPassword}
          type="password"
          autocomplete="new-password"
        />
      </Form>
    </div>
  );
}
