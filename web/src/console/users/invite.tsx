import { useEffect, useState } from 'preact/hooks';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import type { Language } from '../../common/i18n/catalogues.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { isEmail } from '../../common/state/input_rules.ts';
import { useShell } from '../../common/state/shell.tsx';
import { readClient, type Client } from '../api/clients.ts';
import { allNotifications, availableNotifications, invite, usualPermissions, type Channel, type Member, type NewInvitation, type Notification, type Permission } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { Radios } from '../parts/fields.tsx';
import { CancelButton } from '../parts/row_button.tsx';
import { ClientPicker } from './client_picker.tsx';
import { NoTemplates } from './no_templates.tsx';
import { LanguageChoice, NotificationBoxes, PermissionBoxes } from './options.tsx';
import { channelsOf, recipientsOf, type Recipient } from './recipients.ts';

interface InviteProperties {
  // Null: to be found first.
  client: Client | null;
  onClose: () => void;
  onInvited: (member: Member) => void;
}

export function Invite({ client: given, onClose, onInvited }: InviteProperties) {
  const { t } = useWords();
  const { handleFailure } = useShell();
  const [picked, setPicked] = useState<string | null>(null);
  const [client, setClient] = useState<Client | null>(given);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (picked === null) return undefined;
    const abort = new AbortController();
    setFailure(null);
    void readClient(picked, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      if (answer.ok) setClient(answer.value);
      else if (!handleFailure(answer.failure)) setFailure(answer.failure);
    });
    return () => abort.abort();
  }, [picked, attempt]);
  if (client !== null) {
    return <InviteTo key={client.id} client={client} onClose={onClose} onInvited={onInvited} />;
  }
  return (
    <Dialog title={t('invite.title')} onClose={onClose} wide>
      <NoTemplates />
      {picked === null && <p>{t('invite.whom')}</p>}
      {picked === null && <ClientPicker onPick={({ id }) => setPicked(id)} />}
      {picked !== null && failure === null && <RowsSkeleton />}
      {failure !== null && <FailurePanel failure={failure} retry={() => setAttempt(attempt + 1)} />}
      <div class="actions">
        <CancelButton onClose={onClose} />
      </div>
    </Dialog>
  );
}

const kFields = ['contact_id', 'first_name', 'surname', 'email', 'phone', 'channel', 'job_title', 'language', 'permissions', 'notifications'];

function InviteTo({ client, onClose, onInvited }: { client: Client; onClose: () => void; onInvited: (member: Member) => void }) {
  const translator = useWords();
  const { t } = translator;
  const recipients = recipientsOf(client);
  const [recipientId, setRecipientId] = useState(recipients[0]?.id ?? 'new');
  const [firstName, setFirstName] = useState('');
  const [surname, setSurname] = useState('');
  const [email, setEmail] = useState('');
  const [phone, setPhone] = useState('');
  const [jobTitle, setJobTitle] = useState('');
  const [channel, setChannel] = useState<Channel>('email');
  const [language, setLanguage] = useState<Language | ''>('');
  const [permissions, setPermissions] = useState<readonly Permission[]>(usualPermissions);
  const [notifications, setNotifications] = useState<readonly Notification[]>(allNotifications);
  const submission = useFormSubmission(kFields);

  const recipient: Recipient = recipients.find(({ id }) => id === recipientId) ?? { id: 'new', email: email.trim(), phone: phone.trim() };
  const isNew = recipient.id === 'new';
  const channels = channelsOf(recipient);

  const wrong = (): FormError[] => {
    if (channels.length === 0) return [{ field: 'email', text: t('invite.no_address') }];
    if (isNew && email.trim() !== '' && !isEmail(email.trim())) return [{ field: 'email', text: t('field.invalid_email') }];
    return [];
  };
  const optional = (name: keyof NewInvitation, text: string) => (text.trim() === '' ? {} : { [name]: text.trim() });
  const body = (): NewInvitation => ({
    client_id: client.id,
    ...(recipient.id.startsWith('contact-') ? { contact_id: recipient.id.slice('contact-'.length) } : {}),
    ...optional('first_name', firstName),
    ...optional('surname', surname),
    ...(isNew ? { ...optional('email', email), ...optional('phone', phone) } : {}),
    ...(channels.length > 1 ? { channel } : {}),
    ...optional('job_title', jobTitle),
    ...(language === '' ? {} : { language }),
    permissions,
    notifications: availableNotifications(permissions).filter((value) => notifications.includes(value)),
  });
  const refused = (failure: Failure): readonly FormError[] | null => {
    const field = isNew ? 'email' : 'recipient';
    if (hasCode(failure, 'no_address')) return [{ field, text: t('problem.no_address') }];
    return hasCode(failure, 'already_member') ? [{ field, text: t('problem.already_member') }] : null;
  };
  const text = (id: 'first_name' | 'surname' | 'job_title', label: string, value: string, onInput: (value: string) => void) => (
    <TextField
      id={id}
      label={label}
      errors={submission.errors}
      value={value}
      onInput={onInput}
      type="text"
      autocomplete="off"
      maxLength={id === 'job_title' ? 100 : 50}
      optional
    />
  );
  return (
    <Dialog title={t('invite.title_of', { client: client.name })} onClose={onClose} wide>
      <NoTemplates />
      {recipients.length === 0 && (
        <p class="warning">
          <Icon name="alert" />
          {t('invite.client_without', { client: client.name })}
        </p>
      )}
      <Form
        label={t('invite.title_of', { client: client.name })}
        state={submission}
        submit={t('invite.submit')}
        submitting={t('staff.resending')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submission.send({ wrong: wrong(), request: () => invite(body()), done: onInvited, refused })}
      >
        {recipients.length > 0 && (
          <Radios
            id="recipient"
            legend={t('invite.recipient')}
            options={[
              ...recipients.map(({ id, name, email: address, phone: number }) => ({
                value: id,
                text: id === 'client' ? client.name : (name ?? address ?? number ?? ''),
                hint: [address, number].filter(Boolean).join(' · '),
              })),
              { value: 'new', text: t('invite.new_person'), hint: t('invite.new_person_text') },
            ]}
            value={recipientId}
            errors={submission.errors}
            onChange={setRecipientId}
          />
        )}
        {text('first_name', t('account.first_name'), firstName, setFirstName)}
        {text('surname', t('account.surname'), surname, setSurname)}
        {isNew && (
          <>
            <TextField
              id="email"
              label={t('client.email')}
              hint={t('invite.address_hint')}
              errors={submission.errors}
              value={email}
              onInput={setEmail}
              type="email"
              autocomplete="off"
              maxLength={254}
              optional
            />
            <TextField
              id="phone"
              label={t('client.phone')}
              errors={submission.errors}
              value={phone}
              onInput={setPhone}
              type="tel"
              autocomplete="off"
              maxLength={50}
              optional
            />
          </>
        )}
        {text('job_title', t('member.job_title'), jobTitle, setJobTitle)}
        {channels.length > 1 ? (
          <Radios
            id="channel"
            legend={t('member.channel')}
            options={channels.map((value) => ({ value, text: t(`channel.${value}`), hint: (value === 'email' ? recipient.email : recipient.phone) ?? '' }))}
            value={channel}
            errors={submission.errors}
            onChange={(value) => setChannel(value as Channel)}
          />
        ) : (
          <p class="muted" role="status">
            {channels[0] === undefined ? t('invite.no_address') : t(`invite.goes_by_${channels[0]}`)}
          </p>
        )}
        <PermissionBoxes chosen={permissions} errors={submission.errors} onChange={setPermissions} />
        <NotificationBoxes permissions={permissions} chosen={notifications} errors={submission.errors} onChange={setNotifications} />
        <LanguageChoice value={language} onChange={setLanguage} />
      </Form>
    </Dialog>
  );
}
