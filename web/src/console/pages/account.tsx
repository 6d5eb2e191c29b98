import { useState } from 'preact/hooks';
import { ChangePassword } from '../../common/account/change_password.tsx';
import { Devices } from '../../common/account/devices.tsx';
import { catalogues, languages, type Language } from '../../common/i18n/catalogues.ts';
import { useChooseLanguage } from '../../common/i18n/language.tsx';
import { Choice } from '../../common/parts/choice.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { changePassword, changeProfile, endOwnSession, listOwnSessions } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { SignOut } from '../parts/sign_out.tsx';
import { useApp, useSession } from '../state/application.tsx';

export function AccountPage() {
  const { t } = useWords();
  const { openSession, closeSession } = useApp();
  const { staff } = useSession();
  // A change of the password ends sessions, so that the list is asked for again.
  const [changes, setChanges] = useState(0);
  return (
    <Page title={t('account.title')}>
      <Profile />
      <ChangePassword
        email={staff.email}
        request={changePassword}
        onChanged={(session) => {
          openSession(session, { key: 'password.changed' });
          setChanges(changes + 1);
        }}
      />
      <Devices key={changes} load={listOwnSessions} end={endOwnSession} onSignedOut={() => closeSession({ key: 'sign_in.signed_out' })} />
      <div class="section">
        <SignOut class="button" />
      </div>
    </Page>
  );
}

function Profile() {
  const translator = useWords();
  const { t } = translator;
  const chooseLanguage = useChooseLanguage();
  const { openSession } = useApp();
  const { staff } = useSession();
  const [firstName, setFirstName] = useState(staff.first_name ?? '');
  const [surname, setSurname] = useState(staff.surname ?? '');
  const [language, setLanguage] = useState<Language>(staff.language ?? translator.language);
  const submission = useFormSubmission(['first_name', 'surname']);

  const submit = async (values: FormData) => {
    const text = (name: string) => String(values.get(name)).trim() || null;
    await submission.send({
      request: () => changeProfile({ first_name: text('first_name'), surname: text('surname'), language }),
      done: (session) => {
        openSession(session, { key: 'account.saved' });
        // What this browser was told before would win over it.
        chooseLanguage(language);
      },
    });
  };
  return (
    <section class="section" aria-labelledby="profile">
      <h2 id="profile">{t('account.profile')}</h2>
      <dl class="facts">
        <div class="fact">
          <dt>{t('account.email')}</dt>
          <dd>{staff.email}</dd>
        </div>
        <div class="fact">
          <dt>{t('account.role')}</dt>
          <dd>
            {t(`role.${staff.role}`)}
            <span class="muted block">{t(`role.${staff.role}_text`)}</span>
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
        <Choice
          id="language"
          label={t('language.label')}
          value={language}
          options={languages.map((value) => ({ value, text: catalogues[value]['language.name'] as string }))}
          onChange={(value) => setLanguage(value as Language)}
        />
      </Form>
    </section>
  );
}
