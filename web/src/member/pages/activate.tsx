import { useEffect, useState } from 'preact/hooks';
import { call, type Invitation, type Outcome } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { ActivationForm } from '../parts/activation_form.tsx';
import { JobSkeleton } from '../parts/skeletons.tsx';
import { FailurePanel } from '../parts/states.tsx';
import { activationToken, takeTokenFromAddress } from '../state/activation_token.ts';
import { useApp } from '../state/application.tsx';
import { noToken, problemWithLink, type LinkProblem } from '../state/link_problem.ts';
import { pageTitle } from './title.ts';

export function ActivatePage() {
  const { t } = useTranslator();
  const { portal } = useApp();
  const [token, setToken] = useState(activationToken);
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<Outcome<Invitation> | null>(null);
  // The token can be used up while the form is open, for example in another tab.
  const [refused, setRefused] = useState<Failure | null>(null);

  useEffect(() => {
    // A second link pasted into the same tab changes only the fragment, so that the page is not loaded again.
    const takeNext = () => {
      takeTokenFromAddress();
      setRefused(null);
      setToken(activationToken());
    };
    window.addEventListener('hashchange', takeNext);
    return () => window.removeEventListener('hashchange', takeNext);
  }, []);
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
  const problem = token === null ? noToken : problemWithLink(failure);
  const title = t(problem?.title ?? 'activate.title');
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(title, portal.name)} ready={token === null || answer !== null}>
        {title}
      </PageHeading>
      {problem !== null && <LinkProblemText {...problem} />}
      {problem === null && failure !== null && <FailurePanel failure={failure} retry={() => setAttempt(attempt + 1)} />}
      {problem === null && failure === null && answer === null && <JobSkeleton />}
      {problem === null && failure === null && answer?.ok === true && token !== null && (
        <ActivationForm token={token} invitation={answer.value} onRefused={setRefused} />
      )}
    </div>
  );
}

function LinkProblemText({ text, signIn }: LinkProblem) {
  const { t } = useTranslator();
  const { portal } = useApp();
  return (
    <>
      <p>{t(text, { business: portal.name })}</p>
      {signIn && (
        <p>
          <a class="button" href="/sign-in">
            {t('action.sign_in')}
          </a>
        </p>
      )}
    </>
  );
}
