import { useEffect, useState } from 'preact/hooks';
import { call, type Invitation, type Outcome } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useWords } from '../i18n/words.ts';
import { ActivationForm } from '../parts/activation_form.tsx';
import { LinkProblemText } from '../../common/account/link_problem_text.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useApp } from '../state/application.tsx';
import { useLinkToken } from '../../common/state/link_token.ts';
import { noInvitation, problemWithInvitation } from '../../common/state/link_problem.ts';
import { pageTitle } from './title.ts';

export function ActivatePage() {
  const { t } = useWords();
  const { portal } = useApp();
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<Outcome<Invitation> | null>(null);
  // The token can be used up while the form is open, for example in another tab.
  const [refused, setRefused] = useState<Failure | null>(null);
  const token = useLinkToken(() => setRefused(null));

  useEffect(() => {
    if (token === null) return undefined;
    const abort = new AbortController();
    setAnswer(null);
    void call('post', '/activation/lookup', { body: { token }, signal: abort.signal }).then((result) => {
      if (result.ok || result.failure.kind !== 'cancelled') setAnswer(result);
    });
    return () => abort.abort();
  }, [token, attempt]);

  const failure = refused ?? (answer !== null && !answer.ok ? answer.failure : null);
  const problem = token === null ? noInvitation : problemWithInvitation(failure);
  const title = t(problem?.title ?? 'activate.title');
  return (
    <div class="narrow">
      <PageHeading
        key={refused === null ? 'first' : 'refused'}
        title={pageTitle(title, portal.name)}
        ready={token === null || answer !== null}
        takesPlace={refused !== null}
      >
        {title}
      </PageHeading>
      {problem !== null && <LinkProblemText problem={problem} token={token} />}
      {problem === null && failure !== null && <FailurePanel failure={failure} retry={() => setAttempt(attempt + 1)} />}
      {problem === null && failure === null && answer === null && <JobSkeleton />}
      {problem === null && failure === null && answer?.ok === true && token !== null && (
        <ActivationForm token={token} invitation={answer.value} onRefused={setRefused} />
      )}
    </div>
  );
}
