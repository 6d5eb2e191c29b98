import { useState } from 'preact/hooks';
import { call, type Invitation, type Session } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { formErrors } from '../../common/parts/form_errors.ts';
import { useSubmission } from '../../common/parts/submission.ts';
import { formatDateTime } from '../../common/time/dates.ts';
import { useApp, type Notice } from '../state/application.tsx';
import { emailErrors, passwordErrors } from '../state/input_rules.ts';
import { forgetToken } from '../state/link_token.ts';
import { problemWithInvitation } from '../state/link_problem.ts';

// Whoever has a login already joins with its password: an invitation never touches existing credentials, so the address cannot
// be changed then either.
interface ActivationFormProperties {
  token: string;
  invitation: Invitation;
  onRefused: (failure: Failure) => void;
}

export function ActivationForm({ token, invitation, onRefused }: ActivationFormProperties) {
  const translator = useTranslator();
  const { t } = translator;
  const { portal, openSession } = useApp();
  const [email, setEmail] = useState(invitation.email ?? '');
  const [password, setPassword] = useState('');
  const submission = useSubmission();
  const minimum = portal.password.minimum_length;
  const client = invitation.client.name;
  const emailChanged = email.trim().toLowerCase() !== (invitation.email ?? '').toLowerCase();

  const submit = async (values: FormData) => {
    const address = String(values.get('email')).trim();
    const secret = String(values.get('password'));
    const body = { token, email: address, password: secret };
    const answer = await submission.submit(checkForm(address, secret), () => call('post', '/activation', { body }));
    if (answer === null) return;
    if (answer.ok) {
      forgetToken();
      openSession(answer.value, welcome(answer.value, address));
      navigate('/', { replace: true });
    } else if (problemWithInvitation(answer.failure) !== null) {
      // Nothing that could be typed would help any more, so the form gives way to the reason.
      onRefused(answer.failure);
    } else {
      submission.refuse(answer.failure, errorsOf(answer.failure));
    }
  };

  const checkForm = (address: string, secret: string): FormError[] => {
    const wrong = emailErrors(address, translator);
    if (!invitation.has_login) return [...wrong, ...passwordErrors(secret, minimum, translator)];
    return secret === '' ? [...wrong, { field: 'password', text: t('field.required.password') }] : wrong;
  };

  const errorsOf = (failure: Failure): FormError[] => {
    if (hasCode(failure, 'invalid_credentials')) {
      return [{ field: 'password', text: t('activate.wrong_password', { email: email.trim() }) }];
    }
    return formErrors(failure, ['email', 'password'], portal, translator);
  };

  return (
    <>
      <p>{t('activate.intro', { business: portal.name, client })}</p>
      {invitation.has_login && <p>{t('activate.has_login', { client })}</p>}
      <Form
        label={t('activate.title')}
        state={submission}
        submit={invitation.has_login ? t('activate.join', { client }) : t('activate.submit')}
        submitting={t('activate.submitting')}
        onSubmit={(values) => void submit(values)}
      >
        <TextField
          id="email"
          label={t('activate.email')}
          hint={t(emailChanged ? 'activate.email_changed_hint' : 'activate.email_hint')}
          errors={submission.errors}
          value={email}
          onInput={setEmail}
          type="email"
          autocomplete="username"
          readOnly={invitation.has_login}
        />
        {invitation.has_login ? (
          <TextField
            id="password"
            label={t('activate.existing_password')}
            errors={submission.errors}
            value={password}
            onInput={setPassword}
            type="password"
            autocomplete="current-password"
          />
        ) : (
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
        )}
      </Form>
      <p class="muted">
        {t('activate.expires', { time: formatDateTime(new Date(invitation.expires_at), new Date(), portal.time_zone, translator) })}
      </p>
    </>
  );
}

function welcome(session: Session, email: string): Notice {
  return session.member.email_change_pending ? { key: 'activate.confirm_email', values: { email } } : { key: 'activate.welcome' };
}
