import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { Form } from '../../common/parts/form.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { LinkProblemText } from '../../common/account/link_problem_text.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { giveWay, noConfirmation, problemWithConfirmation } from '../../common/state/link_problem.ts';
import { forgetToken, useLinkToken } from '../../common/state/link_token.ts';
import { pageTitle } from './title.ts';

// Asks for a press of a button: programs that open every link of a mail must confirm nothing.
export function ConfirmPage() {
  const { t } = useWords();
  const { portal } = useApp();
  const [refused, setRefused] = useState<Failure | null>(null);
  const token = useLinkToken(() => setRefused(null));
  const problem = token === null ? noConfirmation : problemWithConfirmation(refused);
  const title = t(problem?.title ?? 'confirm.title');
  return (
    <div class="narrow">
      <PageHeading key={refused === null ? 'first' : 'refused'} title={pageTitle(title, portal.name)} takesPlace={refused !== null}>
        {title}
      </PageHeading>
      {problem !== null && <LinkProblemText problem={problem} token={token} />}
      {problem === null && token !== null && <ConfirmForm key={token} token={token} onRefused={setRefused} />}
    </div>
  );
}

function ConfirmForm({ token, onRefused }: { token: string; onRefused: (failure: Failure) => void }) {
  const { t } = useWords();
  const { portal, session, setNotice, openSession } = useApp();
  const submission = useFormSubmission([]);
  const submit = async () => {
    await submission.send({
      request: () => call('post', '/email/confirm', { body: { token } }),
      done: async () => {
        forgetToken();
        // Whoever is signed in stays so, under the new address.
        const known = session === null ? null : await call('get', '/session', {});
        if (known?.ok === true) openSession(known.value, { key: 'confirm.done' });
        else setNotice({ key: 'confirm.done' });
        navigate(session === null ? '/sign-in' : '/account', { replace: true });
      },
      refused: (failure) => giveWay(problemWithConfirmation(failure), failure, onRefused),
      uncertain: t('confirm.outcome_unknown'),
    });
  };
  return (
    <>
      <p>{t('confirm.text', { business: portal.name })}</p>
      <Form
        label={t('confirm.title')}
        state={submission}
        submit={t('confirm.submit')}
        submitting={t('confirm.submitting')}
        onSubmit={() => void submit()}
      >
        {null}
      </Form>
    </>
  );
}
