import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import type { Failure } from '../api/failure.ts';
import { useTranslator } from '../i18n/language.tsx';
import { PageHeading } from '../parts/heading.tsx';
import { problemWithReset } from '../state/link_problem.ts';
import { useLinkToken } from '../state/link_token.ts';
import { useShell } from '../state/shell.tsx';
import { ForgottenPassword } from './forgotten_password.tsx';
import { LinkProblemText } from './link_problem_text.tsx';
import { NewPassword } from './new_password.tsx';

interface PasswordProperties {
  // Asks for a link.
  request: (email: string) => Promise<Outcome<unknown>>;
  // What to do when no message comes.
  nothingCame: string;
  save: (token: string, password: string) => Promise<Outcome<unknown>>;
  // The session that this browser may have had has ended with the old password.
  onDone: () => void;
}

// Without a link: asks where to send one. With one: the new password. Nothing is looked up before, so a link that no longer works says
// so when the new password is sent.
export function Password({ request, nothingCame, save, onDone }: PasswordProperties) {
  const { t } = useTranslator();
  const { pageTitle } = useShell();
  const [refused, setRefused] = useState<Failure | null>(null);
  const token = useLinkToken(() => setRefused(null));
  const problem = problemWithReset(refused);
  if (token === null) return <ForgottenPassword request={request} nothingCame={nothingCame} />;
  if (problem === null) return <NewPassword key={token} request={(password) => save(token, password)} onDone={onDone} onRefused={setRefused} />;
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t(problem.title))} takesPlace>
        {t(problem.title)}
      </PageHeading>
      <LinkProblemText problem={problem} token={token} />
    </div>
  );
}
