import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import { isUncertain, type Failure } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { formErrors } from '../../common/parts/form_errors.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useSubmission } from '../../common/parts/submission.ts';
import { pageTitle } from '../pages/title.ts';
import { useApp } from '../state/application.tsx';
import { passwordErrors } from '../state/input_rules.ts';
import { problemWithReset } from '../state/link_problem.ts';
import { forgetToken } from '../state/link_token.ts';

export function NewPassword({ token, onRefused }: { token: string; onRefused: (failure: Failure) => void }) {
  const translator = useTranslator();
  const { t } = translator;
  const { portal, closeSession } = useApp();
  const [password, setPassword] = useState('');
  const submission = useSubmission();
  const minimum = portal.password.minimum_length;

  const submit = async (values: FormData) => {
    const chosen = String(values.get('password'));
    const answer = await submission.submit(passwordErrors(chosen, minimum, translator), () =>
      call('post', '/password', { body: { token, password: chosen } }),
    );
    if (answer === null) return;
    if (answer.ok) {
      forgetToken();
      // The session that this browser may have had has ended with the old password.
      closeSession({ key: 'reset.done' });
    } else if (problemWithReset(answer.failure) !== null) {
      onRefused(answer.failure);
    } else if (isUncertain(answer.failure)) {
      submission.refuse(answer.failure, [{ field: null, text: t('reset.outcome_unknown') }]);
    } else {
      submission.refuse(answer.failure, formErrors(answer.failure, ['password'], portal, translator));
    }
  };
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t('reset.new_title'), portal.name)}>{t('reset.new_title')}</PageHeading>
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
