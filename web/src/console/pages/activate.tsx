import { useEffect, useState } from 'preact/hooks';
import { PersonName } from '../../common/account/person_name.tsx';
import type { Outcome } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { Form, TextField } from '../../common/parts/form.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { passwordErrors } from '../../common/state/input_rules.ts';
import { forgetToken, useLinkToken } from '../../common/state/link_token.ts';
import { useShell } from '../../common/state/shell.tsx';
import { formatDateTime } from '../../common/time/dates.ts';
import { activate, lookUpActivation } from '../api/staff.ts';
import type { StaffInvitation } from '../api/types.ts';
import type { ConsoleKey } from '../i18n/catalogues.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

// The link of a new colleague: a name, a password, and the console is open.
export function ActivatePage() {
  const { t } = useWords();
  const { pageTitle } = useShell();
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<Outcome<StaffInvitation> | null>(null);
  // The link can be used up while the form is open, for example in another tab.
  const [refused, setRefused] = useState<Failure | null>(null);
  const token = useLinkToken(() => setRefused(null));
  useEffect(() => {
    if (token === null) return undefined;
    const abort = new AbortController();
    setAnswer(null);
    void lookUpActivation(token, abort.signal).then((result) => {
      if (result.ok || result.failure.kind !== 'cancelled') setAnswer(result);
    });
    return () => abort.abort();
  }, [token, attempt]);

  const failure = refused ?? (answer !== null && !answer.ok ? answer.failure : null);
  const problem = token === null ? incomplete : problemWith(failure);
  const title = t(problem?.title ?? 'activate.title');
  return (
    <div class="narrow">
      <PageHeading
        key={refused === null ? 'first' : 'refused'}
        title={pageTitle(title)}
        ready={token === null || answer !== null}
        takesPlace={refused !== null}
      >
        {title}
      </PageHeading>
      {problem !== null && (
        <>
          <p>{t(problem.text)}</p>
          <p class="actions">
            <a class="button" href="/console/sign-in">
              {t('action.sign_in')}
            </a>
          </p>
        </>
      )}
      {problem === null && failure !== null && <FailurePanel failure={failure} retry={() => setAttempt(attempt + 1)} />}
      {problem === null && failure === null && answer === null && <JobSkeleton />}
      {problem === null && failure === null && answer?.ok === true && token !== null && (
        <ActivationForm token={token} invitation={answer.value} onRefused={setRefused} />
      )}
    </div>
  );
}

interface Problem {
  readonly title: ConsoleKey;
  readonly text: ConsoleKey;
}

const incomplete: Problem = { title: 'link.incomplete', text: 'activate.no_token_text' };

// A colleague's link cannot be renewed by whoever has it: an owner sends another.
function problemWith(failure: Failure | null): Problem | null {
  if (hasCode(failure, 'token_unknown')) return { title: 'link.unknown', text: 'activate.unknown_text' };
  if (hasCode(failure, 'activation_used', 'link_used')) return { title: 'link.used', text: 'activate.used_text' };
  if (hasCode(failure, 'activation_expired', 'link_expired')) return { title: 'link.expired', text: 'staff_activation.ask_owner' };
  if (hasCode(failure, 'activation_replaced', 'link_replaced')) return { title: 'link.replaced', text: 'activate.replaced_text' };
  if (hasCode(failure, 'activation_cancelled')) return { title: 'activate.cancelled', text: 'staff_activation.ask_owner' };
  return null;
}

interface ActivationFormProperties {
  token: string;
  invitation: StaffInvitation;
  onRefused: (failure: Failure) => void;
}

function ActivationForm({ token, invitation, onRefused }: ActivationFormProperties) {
  const translator = useWords();
  const { t } = translator;
  const { openSession } = useApp();
  const { minimumPasswordLength: minimum, timeZone } = useShell();
  const [firstName, setFirstName] = useState(invitation.first_name ?? '');
  const [surname, setSurname] = useState('');
  const [password, setPassword] = useState('');
  const submission = useFormSubmission(['first_name', 'surname', 'password']);

  const submit = async (values: FormData) => {
    const text = (name: string) => String(values.get(name)).trim() || null;
    const secret = String(values.get('password'));
    // What was left as it is, or empty, is not sent, so that a name that an owner has entered stays.
    const names = Object.fromEntries(Object.entries({ first_name: text('first_name'), surname: text('surname') }).filter(([, value]) => value !== null));
    await submission.send({
      wrong: passwordErrors(secret, minimum, translator),
      request: () => activate({ token, password: secret, ...names }),
      done: (session) => {
        forgetToken();
        openSession(session, { key: 'activate.welcome' });
        navigate('/console', { replace: true });
      },
      refused: (failure) => {
        if (problemWith(failure) === null) return null;
        onRefused(failure);
        return 'handled';
      },
    });
  };
  return (
    <>
      <p>{t('staff_activation.intro', { business: invitation.account.name, email: invitation.email })}</p>
      <Form
        label={t('activate.title')}
        state={submission}
        submit={t('activate.submit')}
        submitting={t('activate.submitting')}
        onSubmit={(values) => void submit(values)}
      >
        {/* Password managers file the new password under the address. */}
        <input hidden type="email" name="email" autocomplete="username" readOnly tabIndex={-1} value={invitation.email} />
        <PersonName firstName={firstName} surname={surname} onFirstName={setFirstName} onSurname={setSurname} errors={submission.errors} own />
        <TextField
          id="password"
          label={t('activate.password')}
          hint={t('activate.password_hint', { count: minimum })}
          errors={submission.errors}
          value={password}
          onInput={setPassword}
          type="password"
          autocomplete="new-password"
        />
      </Form>
      <p class="muted">{t('activate.expires', { time: formatDateTime(new Date(invitation.expires_at), new Date(), timeZone, translator) })}</p>
    </>
  );
}
