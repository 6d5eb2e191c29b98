import { useState } from 'preact/hooks';
import { call, type Invitation, type Session } from '../../common/api/client.ts';
import { describeFailure, describeFieldError, hasCode, type Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { formatDateTime } from '../../common/time/dates.ts';
import { forgetActivationToken } from '../state/activation_token.ts';
import { useApp, type Notice } from '../state/application.tsx';
import { problemWithLink } from '../state/link_problem.ts';

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
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<readonly FormError[]>([]);
  const [requestId, setRequestId] = useState<string | null>(null);
  const minimum = portal.password.minimum_length;
  const client = invitation.client.name;
  const emailChanged = email.trim().toLowerCase() !== (invitation.email ?? '').toLowerCase();

  const submit = async (values: FormData) => {
    const address = String(values.get('email')).trim();
    const secret = String(values.get('password'));
    const wrong = checkForm(address, secret);
    setRequestId(null);
    setErrors(wrong);
    if (wrong.length > 0) return;
    setBusy(true);
    const answer = await call('post', '/activation', { body: { token, email: address, password: secret } });
    setBusy(false);
    if (answer.ok) {
      forgetActivationToken();
      openSession(answer.value, welcome(answer.value, address));
      navigate('/', { replace: true });
    } else if (problemWithLink(answer.failure) !== null) {
      // Nothing that could be typed would help any more, so the form gives way to the reason.
      onRefused(answer.failure);
    } else {
      setErrors(errorsOf(answer.failure));
      setRequestId(hasCode(answer.failure, 'internal_error') && answer.failure.kind === 'problem' ? answer.failure.requestId : null);
    }
  };

  // Only what is certain here; everything else is the server's to judge.
  const checkForm = (address: string, secret: string): FormError[] => {
    const wrong: FormError[] = [];
    if (address === '') {
      wrong.push({ field: 'email', text: t('field.required.email') });
    } else if (!/^[^\s@]+@[^\s@]+$/.test(address)) {
      wrong.push({ field: 'email', text: t('field.invalid_email') });
    }
    if (secret === '') {
      wrong.push({ field: 'password', text: t(invitation.has_login ? 'field.required.password' : 'field.required.new_password') });
    } else if (!invitation.has_login && [...secret].length < minimum) {
      wrong.push({ field: 'password', text: t('field.too_short', { count: minimum }) });
    }
    return wrong;
  };

  const errorsOf = (failure: Failure): FormError[] => {
    if (hasCode(failure, 'invalid_credentials')) {
      return [{ field: 'password', text: t('activate.wrong_password', { email: email.trim() }) }];
    }
    if (failure.kind === 'problem' && failure.code === 'invalid_field' && failure.errors.length > 0) {
      return failure.errors.map(({ pointer, code }) => ({
        field: pointer === '/email' || pointer === '/password' ? pointer.slice(1) : null,
        text: describeFieldError(code, minimum, translator),
      }));
    }
    return [{ field: null, text: describeFailure(failure, translator, portal.name) }];
  };

  return (
    <>
      <p>{t('activate.intro', { business: portal.name, client })}</p>
      {invitation.has_login && <p>{t('activate.has_login', { client })}</p>}
      <Form
        label={t('activate.title')}
        errors={errors}
        requestId={requestId}
        busy={busy}
        submit={invitation.has_login ? t('activate.join', { client }) : t('activate.submit')}
        submitting={t('activate.submitting')}
        onSubmit={(values) => void submit(values)}
      >
        <TextField
          id="email"
          label={t('activate.email')}
          hint={t(emailChanged ? 'activate.email_changed_hint' : 'activate.email_hint')}
          errors={errors}
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
            errors={errors}
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
            errors={errors}
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
