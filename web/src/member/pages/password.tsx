import { useState } from 'preact/hooks';
import type { Failure } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { ForgottenPassword } from '../parts/forgotten_password.tsx';
import { LinkProblemText } from '../parts/link_problem_text.tsx';
import { NewPassword } from '../parts/new_password.tsx';
import { useApp } from '../state/application.tsx';
import { problemWithReset } from '../state/link_problem.ts';
import { useLinkToken } from '../state/link_token.ts';
import { pageTitle } from './title.ts';

// Without a link: asks where to send one. With one: the new password. Nothing is looked up before, so a link that no longer works says
// so when the new password is sent.
export function PasswordPage() {
  const { t } = useTranslator();
  const { portal } = useApp();
  const [refused, setRefused] = useState<Failure | null>(null);
  const token = useLinkToken(() => setRefused(null));
  const problem = problemWithReset(refused);
  if (token === null) return <ForgottenPassword />;
  if (problem === null) return <NewPassword key={token} token={token} onRefused={setRefused} />;
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t(problem.title), portal.name)} takesPlace>
        {t(problem.title)}
      </PageHeading>
      <LinkProblemText problem={problem} token={token} />
    </div>
  );
}
