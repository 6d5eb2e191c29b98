import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { useTranslator } from '../i18n/language.tsx';
import { Form, TextField } from '../parts/form.tsx';
import { PageHeading } from '../parts/heading.tsx';
import { useFormSubmission } from '../state/form_submission.ts';
import { emailErrors } from '../state/input_rules.ts';
import { useShell } from '../state/shell.tsx';

// Says the same for every address: who has a login here is nobody else's business.
interface ForgottenPasswordProperties {
  request: (email: string) => Promise<Outcome<unknown>>;
  // What to do when no message comes.
  nothingCame: string;
}

export function ForgottenPassword({ request, nothingCame }: ForgottenPasswordProperties) {
  const translator = useTranslator();
  const { t } = translator;
  const { pageTitle, paths } = useShell();
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const submission = useFormSubmission(['email']);

  const submit = async (values: FormData) => {
    const address = String(values.get('email')).trim();
    await submission.send({
      wrong: emailErrors(address, translator),
      request: () => request(address),
      done: () => setSentTo(address),
    });
  };
  if (sentTo !== null) {
    return (
      <div class="narrow">
        <PageHeading key="sent" title={pageTitle(t('reset.sent'))} takesPlace>
          {t('reset.sent')}
        </PageHeading>
        <p>{t('reset.sent_text', { email: sentTo })}</p>
        <p class="muted">{nothingCame}</p>
        <p class="actions">
          <button type="button" class="button" onClick={() => setSentTo(null)}>
            {t('reset.other_email')}
          </button>
          <a class="button" href={paths.signIn}>
            {t('action.sign_in')}
          </a>
        </p>
      </div>
    );
  }
  return (
    <div class="narrow">
      <PageHeading key="form" title={pageTitle(t('reset.title'))}>
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
        <a class="text-link" href={paths.signIn}>
          {t('reset.back')}
        </a>
      </p>
    </div>
  );
}
