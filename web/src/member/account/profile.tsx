import { useState } from 'preact/hooks';
import { call } from '../../common/api/client.ts';
import { catalogues, languages, type Language } from '../../common/i18n/catalogues.ts';
import { useChooseLanguage, useTranslator } from '../../common/i18n/language.tsx';
import { Choice } from '../../common/parts/choice.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useApp, useSession } from '../state/application.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';

// The person's name and language. The address is the login: whoever wants another one asks the business.
export function Profile() {
  const translator = useTranslator();
  const { t } = translator;
  const chooseLanguage = useChooseLanguage();
  const { portal, openSession } = useApp();
  const { member, membership } = useSession();
  const [firstName, setFirstName] = useState(member.first_name ?? '');
  const [surname, setSurname] = useState(member.surname ?? '');
  const [language, setLanguage] = useState<Language>(member.language ?? translator.language);
  const submission = useFormSubmission(['first_name', 'surname']);
  const offered = languages.filter((candidate) => portal.languages.includes(candidate));

  const submit = async (values: FormData) => {
    const text = (name: string) => String(values.get(name)).trim() || null;
    const body = { first_name: text('first_name'), surname: text('surname'), ...(offered.length > 1 ? { language } : {}) };
    await submission.send({
      request: () => call('patch', '/me', { body, membership: membership.id }),
      done: (session) => {
        openSession(session, { key: 'account.saved' });
        // What this browser was told before would win over it.
        if (offered.length > 1) chooseLanguage(language);
      },
    });
  };
  return (
    <section class="section" aria-labelledby="profile">
      <h2 id="profile">{t('account.profile')}</h2>
      <dl class="facts">
        <div class="fact">
          <dt>{t('account.email')}</dt>
          <dd>
            {member.email ?? t('account.no_email')}
            <span class="muted block">
              {member.email_change_pending ? t('account.email_pending') : t('account.ask_business', { business: portal.name })}
            </span>
          </dd>
        </div>
      </dl>
      <Form
        label={t('account.profile')}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        onSubmit={(values) => void submit(values)}
      >
        <TextField
          id="first_name"
          label={t('account.first_name')}
          errors={submission.errors}
          value={firstName}
          onInput={setFirstName}
          type="text"
          autocomplete="given-name"
          optional
        />
        <TextField
          id="surname"
          label={t('account.surname')}
          errors={submission.errors}
          value={surname}
          onInput={setSurname}
          type="text"
          autocomplete="family-name"
          optional
        />
        {offered.length > 1 && (
          <Choice
            id="language"
            label={t('language.label')}
            value={language}
            options={offered.map((value) => ({ value, text: catalogues[value]['language.name'] as string }))}
            onChange={(value) => setLanguage(value as Language)}
          />
        )}
      </Form>
    </section>
  );
}
