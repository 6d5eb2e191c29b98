import { useState } from 'preact/hooks';
import { call, type Invitation, type Session } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { formatDateTime } from '../../common/time/dates.ts';
import { useWords } from '../i18n/words.ts';
import { useApp, type Notice } from '../state/application.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { emailErrors, passwordErrors } from '../../common/state/input_rules.ts';
import { forgetToken } from '../../common/state/link_token.ts';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { giveWay, problemWithInvitation } from '../../common/state/link_problem.ts';

// Whoever has a login already joins with its password: an invitation never touches existing credentials, so the address cannot
// be changed then either.
interface ActivationFormProperties {
  token: string;
  invitation: Invitation;
  onRefused: (failure: Failure) => void;
}

export function ActivationForm({ token, invitation, onRefused }: ActivationFormProperties) {
  const translator = useWords();
  const { t } = translator;
  const { portal, openSession } = useApp();
  const [email, setEmail] = useState(invitation.email ?? '');
  const [password, setPassword] = useState('');
  const submission = useFormSubmission(['email', 'password']);
  const minimum = portal.password.minimum_length;
  const client = invitation.client.name;
  const emailChanged = email.trim().toLowerCase() !== (invitation.email ?? '').toLowerCase();

  const submit = async (values: FormData) => {
    const address = String(values.get('email')).trim();
    const secret = String(values.get('password'));
    const body = { token, email: address, password: secret };
    await submission.send({
      wrong: checkForm(address, secret),
      request: () => call('post', '/activation', { body }),
      done: (session) => {
        forgetToken();
        openSession(session, welcome(session, address));
        navigate('/', { replace: true });
      },
      refused: (failure) => giveWay(problemWithInvitation(failure), failure, onRefused) ?? wrongPassword(failure),
    });
  };

  const checkForm = (address: string, secret: string): FormError[] => {
    const wrong = emailErrors(address, translator);
    if (!invitation.has_login) return [...wrong, ...passwordErrors(secret, minimum, translator)];
    return secret === '' ? [...wrong, { field: 'password', text: t('field.required.password') }] : wrong;
  };

  const wrongPassword = (failure: Failure): FormError[] | null => {
    if (!hasCode(failure, 'invalid_credentials')) return null;
    return [{ field: 'password', text: t('activate.wrong_password', { email: email.trim() }) }];
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
      <ZoneNote instants={[new Date(invitation.expires_at)]} />
    </>
  );
}

function welcome(session: Session, email: string): Notice {
  return session.member.email_change_pending ? { key: 'activate.confirm_email', values: { email } } : { key: 'activate.welcome' };
}
