import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { pageTitle } from '../pages/title.ts';
import { useApp } from '../state/application.tsx';
import { useFormSubmission } from '../state/form_submission.ts';
import { passwordErrors } from '../state/input_rules.ts';
import { giveWay, problemWithReset } from '../state/link_problem.ts';
import { forgetToken } from '../state/link_token.ts';

export function NewPassword({ token, onRefused }: { token: string; onRefused: (failure: Failure) => void }) {
  const translator = useTranslator();
  const { t } = translator;
  const { portal, closeSession } = useApp();
  const [password, setPassword] = useState('');
  const submission = useFormSubmission(['password']);
  const minimum = portal.password.minimum_length;

  const submit = async (values: FormData) => {
    const chosen = String(values.get('password'));
    await submission.send({
      wrong: passwordErrors(chosen, minimum, translator),
      request: () => call('post', '/password', { body: { token, password: chosen } }),
      done: () => {
        forgetToken();
        // The session that this browser may have had has ended with the old password.
        closeSession({ key: 'reset.done' });
      },
      refused: (failure) => giveWay(problemWithReset(failure), failure, onRefused),
      uncertain: t('reset.outcome_unknown'),
    });
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
