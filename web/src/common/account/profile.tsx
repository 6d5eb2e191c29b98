import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Outcome } from '../api/client.ts';
import { languageOptions, type Language } from '../i18n/catalogues.ts';
import { useChooseLanguage, useTranslator } from '../i18n/language.tsx';
import { Choice } from '../parts/choice.tsx';
import { Form } from '../parts/form.tsx';
import { useFormSubmission } from '../state/form_submission.ts';
import { PersonName } from './person_name.tsx';

export interface ProfileNames {
  readonly first_name: string | null;
  readonly surname: string | null;
}

interface ProfileProperties<Session> {
  person: ProfileNames & { readonly language: Language | null };
  // With fewer than two there is nothing to choose, and no language is sent.
  offered: readonly Language[];
  request: (body: ProfileNames & { readonly language?: Language }) => Promise<Outcome<Session>>;
  onSaved: (session: Session) => void;
  // What the person cannot change here.
  children: ComponentChildren;
}

// The person's name and language.
export function Profile<Session>({ person, offered, request, onSaved, children }: ProfileProperties<Session>) {
  const translator = useTranslator();
  const { t } = translator;
  const chooseLanguage = useChooseLanguage();
  const [firstName, setFirstName] = useState(person.first_name ?? '');
  const [surname, setSurname] = useState(person.surname ?? '');
  const [language, setLanguage] = useState<Language>(person.language ?? translator.language);
  const submission = useFormSubmission(['first_name', 'surname']);
  const hasChoice = offered.length > 1;

  const submit = async (values: FormData) => {
    const text = (name: string) => String(values.get(name)).trim() || null;
    await submission.send({
      request: () => request({ first_name: text('first_name'), surname: text('surname'), ...(hasChoice ? { language } : {}) }),
      done: (session) => {
        onSaved(session);
        // What this browser was told before would win over it.
        if (hasChoice) chooseLanguage(language);
      },
    });
  };
  return (
    <section class="section" aria-labelledby="profile">
      <h2 id="profile">{t('account.profile')}</h2>
      <dl class="facts">{children}</dl>
      <Form
        label={t('account.profile')}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        onSubmit={(values) => void submit(values)}
      >
        <PersonName firstName={firstName} surname={surname} onFirstName={setFirstName} onSurname={setSurname} errors={submission.errors} own />
        {hasChoice && (
          <Choice
            id="language"
            label={t('language.label')}
            value={language}
            options={languageOptions(offered)}
            onChange={(value) => setLanguage(value as Language)}
          />
        )}
      </Form>
    </section>
  );
}
