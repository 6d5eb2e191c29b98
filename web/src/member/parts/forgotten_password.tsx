import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { pageTitle } from '../pages/title.ts';
import { useApp } from '../state/application.tsx';
import { useFormSubmission } from '../state/form_submission.ts';
import { emailErrors } from '../state/input_rules.ts';

// Says the same for every address: who has a login here is nobody else's business.
export function ForgottenPassword() {
  const translator = useTranslator();
  const { t } = translator;
  const { portal } = useApp();
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const submission = useFormSubmission(['email']);

  const submit = async (values: FormData) => {
    const address = String(values.get('email')).trim();
    await submission.send({
      wrong: emailErrors(address, translator),
      request: () => call('post', '/password-reset', { body: { email: address } }),
      done: () => setSentTo(address),
    });
  };
  if (sentTo !== null) {
    return (
      <div class="narrow">
        <PageHeading key="sent" title={pageTitle(t('reset.sent'), portal.name)} takesPlace>
          {t('reset.sent')}
        </PageHeading>
        <p>{t('reset.sent_text', { email: sentTo })}</p>
        <p class="muted">{t('reset.sent_nothing', { business: portal.name })}</p>
        <p class="actions">
          <button type="button" class="button" onClick={() => setSentTo(null)}>
            {t('reset.other_email')}
          </button>
          <a class="button" href="/sign-in">
            {t('action.sign_in')}
          </a>
        </p>
      </div>
    );
  }
  return (
    <div class="narrow">
      <PageHeading key="form" title={pageTitle(t('reset.title'), portal.name)}>
        {t('reset.title')}
      </PageHeading>
      <p>{t('reset.text')}</p>
      <Form
        label={t('reset.title')}
        state={submission}
        submit={t('reset.submit')}
        submitting={t('reset.submitting')}
        onSubmit={(values) => void submit(values)}
      >
        <TextField
          id="email"
          label={t('sign_in.email')}
          errors={submission.errors}
          value={email}
          onInput={setEmail}
          type="email"
          autocomplete="username"
        />
      </Form>
      <p>
        <a class="text-link" href="/sign-in">
          {t('reset.back')}
        </a>
      </p>
    </div>
  );
}
