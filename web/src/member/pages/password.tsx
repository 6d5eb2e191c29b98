import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { ForgottenPassword } from '../../common/account/forgotten_password.tsx';
import { LinkProblemText } from '../../common/account/link_problem_text.tsx';
import { NewPassword } from '../../common/account/new_password.tsx';
import { useApp } from '../state/application.tsx';
import { problemWithReset } from '../../common/state/link_problem.ts';
import { useLinkToken } from '../../common/state/link_token.ts';
import { pageTitle } from './title.ts';

// Without a link: asks where to send one. With one: the new password. Nothing is looked up before, so a link that no longer works says
// so when the new password is sent.
export function PasswordPage() {
  const { t } = useTranslator();
  const { portal, closeSession } = useApp();
  const [refused, setRefused] = useState<Failure | null>(null);
  const token = useLinkToken(() => setRefused(null));
  const problem = problemWithReset(refused);
  if (token === null) {
    return (
      <ForgottenPassword
        request={(email) => call('post', '/password-reset', { body: { email } })}
        nothingCame={t('reset.sent_nothing', { business: portal.name })}
      />
    );
  }
  if (problem === null) {
    return (
      <NewPassword
        key={token}
        request={(password) => call('post', '/password', { body: { token, password } })}
        // The session that this browser may have had has ended with the old password.
        onDone={() => closeSession({ key: 'reset.done' })}
        onRefused={setRefused}
      />
    );
  }
  return (
    <div class="narrow">
      <PageHeading title={pageTitle(t(problem.title), portal.name)} takesPlace>
        {t(problem.title)}
      </PageHeading>
      <LinkProblemText problem={problem} token={token} />
    </div>
  );
}
