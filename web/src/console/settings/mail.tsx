import { Choice } from '../../common/parts/choice.tsx';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { readMailSettings, saveMailSettings, type MailSettings } from '../api/mail.ts';
import type { ConsoleKey } from '../i18n/catalogues.ts';
import { useWords } from '../i18n/words.ts';
import { Radios } from '../parts/fields.tsx';
import { LeaveGuard, UnsavedNote } from '../parts/unsaved.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useFollow, useForm, type FormValues } from '../state/form.ts';
import { useResource } from '../state/resource.ts';
import { portFor, providerAddress, updateOf, valuesOf, type MailValues } from './mail_form.ts';
import { MailTest } from './mail_test.tsx';

// In whose name mail leaves, and by which server. Owners set it; whoever may invite can send a test.
export function Mail() {
  const { t } = useWords();
  const settings = useResource('mail_settings', readMailSettings);
  const mayTest = useMay('manager');
  return (
    <section class="section" aria-labelledby="mail">
      <h2 id="mail">{t('mail.title')}</h2>
      <p class="muted">{t('mail.text')}</p>
      {settings.failure !== null && <FailurePanel failure={settings.failure} retry={settings.reload} />}
      {settings.failure === null && settings.value === null && <RowsSkeleton />}
      {settings.value !== null && <MailForm settings={settings.value} onSaved={settings.put} />}
      {settings.value !== null && mayTest && <MailTest settings={settings.value} onSent={settings.reload} />}
    </section>
  );
}

// The fields of text as the API names them, with what the form holds in each.
const kFields = {
  sender_name: { value: 'sender_name', label: 'mail.sender_name', type: 'text', maxLength: 300, optional: true },
  sender_address: { value: 'sender_address', label: 'mail.sender_address', type: 'email', maxLength: 254 },
  reply_to: { value: 'reply_to', label: 'mail.reply_to', type: 'email', maxLength: 254, optional: true },
  server_host: { value: 'host', label: 'mail.host', type: 'url', maxLength: 253 },
  server_port: { value: 'port', label: 'mail.port', type: 'text', maxLength: 5 },
  server_username: { value: 'username', label: 'mail.username', type: 'email', maxLength: 254, optional: true },
  server_password: { value: 'password', label: 'mail.password', type: 'password', maxLength: 250, optional: true },
} as const satisfies Record<string, Pick<Parameters<typeof TextField>[0], 'type' | 'maxLength' | 'optional'> & { value: keyof MailValues; label: ConsoleKey }>;

interface MailFieldProperties {
  id: keyof typeof kFields;
  hint?: string;
  form: FormValues<MailValues>;
  errors: readonly FormError[];
}

function MailField({ id, hint, form, errors }: MailFieldProperties) {
  const { t } = useWords();
  const { value, label, ...field } = kFields[id];
  return (
    <TextField
      id={id}
      label={t(label)}
      {...(hint === undefined ? {} : { hint })}
      errors={errors}
      value={form.values[value]}
      onInput={(text) => form.set(value, text)}
      autocomplete={field.type === 'password' ? 'new-password' : 'off'}
      {...field}
    />
  );
}

function MailForm({ settings, onSaved }: { settings: MailSettings; onSaved: (settings: MailSettings) => void }) {
  const { t } = useWords();
  const { setNotice } = useApp();
  const may = useMay('owner');
  const form = useForm(valuesOf(settings));
  const submission = useFormSubmission(Object.keys(kFields));
  useFollow(form, settings, valuesOf, submission.busy);
  const { values, set } = form;
  const parts = { form, errors: submission.errors };
  const submit = () =>
    submission.send({
      wrong: /^[0-9]{1,5}$/.test(values.port.trim()) || values.server === 'provider' ? [] : [{ field: 'server_port', text: t('mail.port_wrong') }],
      request: () => saveMailSettings(updateOf(values, { provider_address: providerAddress(settings) })),
      done: (saved) => {
        form.follow(values, valuesOf(saved));
        onSaved(saved);
        setNotice({ key: 'mail.saved' });
      },
    });
  return (
    <>
      {!may && <p class="muted">{t('mail.owners')}</p>}
      <Form
        label={t('mail.title')}
        class="form-framed"
        state={submission}
        submit={t('appearance.save')}
        submitting={t('appearance.saving')}
        footer={<UnsavedNote form={form} submission={submission} />}
        hideSubmit={!may}
        onSubmit={() => void submit()}
      >
        <fieldset class="form-part" disabled={!may}>
          <MailField id="sender_name" hint={t('mail.sender_name_hint')} {...parts} />
          <MailField id="reply_to" hint={t('mail.reply_to_hint')} {...parts} />
          <Radios
            id="server"
            legend={t('mail.server')}
            options={[
              { value: 'provider', text: t('mail.server_provider'), hint: t('mail.server_provider_text') },
              { value: 'own', text: t('mail.server_own'), hint: t('mail.server_own_text') },
            ]}
            value={values.server}
            onChange={(value) => set('server', value as MailValues['server'])}
          />
          {values.server === 'provider' && providerAddress(settings) !== null && (
            <p class="muted">{t('mail.provider_address', { address: providerAddress(settings) ?? '' })}</p>
          )}
          {values.server === 'own' && <OwnServer settings={settings} {...parts} />}
        </fieldset>
      </Form>
      <LeaveGuard dirty={form.dirty} />
    </>
  );
}

type OwnServerProperties = Pick<MailFieldProperties, 'form' | 'errors'> & { settings: MailSettings };

function OwnServer({ settings: { server }, ...parts }: OwnServerProperties) {
  const { t } = useWords();
  const { values, set } = parts.form;
  const isKept = server !== null && server.has_password && server.host === values.host.trim().toLowerCase() && server.username === values.username.trim();
  return (
    <>
      <MailField id="sender_address" hint={t('mail.sender_address_hint')} {...parts} />
      <MailField id="server_host" hint={t('mail.host_hint')} {...parts} />
      <Choice
        id="server_security"
        label={t('mail.security')}
        value={values.security}
        options={[
          { value: 'starttls', text: t('mail.security_starttls') },
          { value: 'tls', text: t('mail.security_tls') },
        ]}
        onChange={(value) => {
          set('security', value as MailValues['security']);
          set('port', portFor(value as MailValues['security'], values.port));
        }}
      />
      <MailField id="server_port" {...parts} />
      <MailField id="server_username" hint={t('mail.username_hint')} {...parts} />
      <MailField id="server_password" hint={t(isKept ? 'mail.password_kept' : 'mail.password_hint')} {...parts} />
    </>
  );
}
