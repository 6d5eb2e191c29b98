import { useState } from 'preact/hooks';
import { ForgottenPassword } from '../../common/account/forgotten_password.tsx';
import { LinkProblemText } from '../../common/account/link_problem_text.tsx';
import { NewPassword } from '../../common/account/new_password.tsx';
import type { Failure } from '../../common/api/failure.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { problemWithReset } from '../../common/state/link_problem.ts';
import { useLinkToken } from '../../common/state/link_token.ts';
import { useShell } from '../../common/state/shell.tsx';
import { requestPasswordReset, resetPassword } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

// Without a link: asks where to send one. With one: the new password.
export function PasswordPage() {
  const { t } = useWords();
  const { closeSession } = useApp();
  const { pageTitle } = useShell();
  const [refused, setRefused] = useState<Failure | null>(null);
  const token = useLinkToken(() => setRefused(null));
  const problem = problemWithReset(refused);
  if (token === null) return <ForgottenPassword request={requestPasswordReset} nothingCame={t('reset.nothing_came')} />;
  if (problem === null) {
    return (
      <NewPassword
        key={token}
        request={(password) => resetPassword(token, password)}
        // The session that this browser may have had has ended with the old password.
        onDone={() => closeSession({ key: 'reset.done' })}
        onRefused={setRefused}
      />
    );
  }
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t(problem.title))} takesPlace>
        {t(problem.title)}
      </PageHeading>
      <LinkProblemText problem={problem} token={token} />
    </div>
  );
}
