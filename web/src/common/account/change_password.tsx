import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { useTranslator } from '../i18n/language.tsx';
import { Form, TextField, type FormError } from '../parts/form.tsx';
import { useFormSubmission } from '../state/form_submission.ts';
import { passwordErrors } from '../state/input_rules.ts';
import { useShell } from '../state/shell.tsx';

interface ChangePasswordProperties<Value> {
  // Password managers file the new password under the address.
  email: string;
  request: (body: { current_password: string; password: string }) => Promise<Outcome<Value>>;
  onChanged: (value: Value) => void;
}

// Ends every other session of the person; this one goes on.
export function ChangePassword<Value>({ email, request, onChanged }: ChangePasswordProperties<Value>) {
  const translator = useTranslator();
  const { t } = translator;
  const { minimumPasswordLength: minimum } = useShell();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const submission = useFormSubmission(['current_password', 'password']);

  const submit = async (values: FormData) => {
    const [known, chosen] = [String(values.get('current_password')), String(values.get('password'))];
    const wrong: FormError[] = [];
    if (known === '') wrong.push({ field: 'current_password', text: t('field.required.current_password') });
    wrong.push(...passwordErrors(chosen, minimum, translator));
    const body = { current_password: known, password: chosen };
    await submission.send({
      wrong,
      request: () => request(body),
      done: (value) => {
        setCurrent('');
        setPassword('');
        onChanged(value);
      },
      // The change may have been made, and this session with it: nobody is told that it was not.
      uncertain: t('password.change_unknown'),
    });
  };
  return (
    <section class="section" aria-labelledby="change-password">
      <h2 id="change-password">{t('password.change')}</h2>
      <p class="muted">{t('password.change_text')}</p>
      <Form
        label={t('password.change')}
        state={submission}
        submit={t('password.change_submit')}
        submitting={t('password.submitting')}
        onSubmit={(values) => void submit(values)}
      >
        <input hidden type="email" name="email" autocomplete="username" readOnly tabIndex={-1} value={email} />
        <TextField
          id="current_password"
          label={t('password.current')}
          errors={submission.errors}
          value={current}
          onInput={setCurrent}
          type="password"
          autocomplete="current-password"
        />
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
    </section>
  );
}
