import { useState } from 'preact/hooks';
import { Choice } from '../../common/parts/choice.tsx';
import { TextField, type FormError } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { isEmail } from '../../common/state/input_rules.ts';
import { addContact, changeContact, removeContact, type Client, type Contact, type ContactKind } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { Radios } from '../parts/fields.tsx';
import { Belongings, EditDialog, type EditProperties } from './belongings.tsx';
import { textOrNull } from './fields.ts';

const kWords = {
  title: 'contacts.title',
  add: 'contacts.add',
  empty: 'contacts.empty',
  saved: 'contacts.saved',
  remove_title: 'contacts.remove_title',
  remove_text: 'contacts.remove_text',
  removed: 'contacts.removed',
} as const;

// Emails and phones of a client: where invitations go.
export function Contacts({ client, reload }: { client: Client; reload: () => void }) {
  const { t } = useWords();
  const siteName = (id: string | null) => client.sites.find((site) => site.id === id)?.name ?? '';
  return (
    <Belongings<Contact>
      id="contacts"
      words={kWords}
      client={client}
      items={client.contacts}
      nameOf={({ value }) => value}
      head={t('contacts.value')}
      columns={[
        { key: 'kind', head: t('contacts.kind'), cell: ({ kind }) => t(`client.${kind}`) },
        { key: 'whose', head: t('contacts.name'), cell: ({ name }) => name ?? '' },
        { key: 'site', head: t('contacts.site'), cell: ({ site_id: id }) => siteName(id) },
      ]}
      edit={EditContact}
      remove={({ id }) => removeContact(client.id, id)}
      reload={reload}
    />
  );
}

function EditContact({ client, item: contact, onClose, onSaved }: EditProperties<Contact>) {
  const { t } = useWords();
  const [kind, setKind] = useState<ContactKind>(contact?.kind ?? 'email');
  const [value, setValue] = useState(contact?.value ?? '');
  const [name, setName] = useState(contact?.name ?? '');
  const [site, setSite] = useState(contact?.site_id ?? '');
  const submission = useFormSubmission(['kind', 'value', 'name', 'site_id']);
  const wrong = (): FormError[] => {
    if (value.trim() === '') return [{ field: 'value', text: t('problem.field.required') }];
    return kind === 'email' && !isEmail(value.trim()) ? [{ field: 'value', text: t('field.invalid_email') }] : [];
  };
  const request = () => {
    const body = { value: value.trim(), name: textOrNull(name) };
    if (contact !== null) return changeContact(client.id, contact.id, { ...body, site_id: textOrNull(site) });
    return addContact(client.id, { kind, ...body, ...(site === '' ? {} : { site_id: site }) });
  };
  return (
    <EditDialog
      title={contact === null ? t('contacts.add') : t('contacts.edit_title', { name: contact.value })}
      submission={submission}
      wrong={wrong}
      request={request}
      onClose={onClose}
      onSaved={onSaved}
    >
      {contact === null && (
        <Radios
          id="kind"
          legend={t('contacts.kind')}
          options={(['email', 'phone'] as const).map((option) => ({ value: option, text: t(`client.${option}`) }))}
          value={kind}
          onChange={(option) => setKind(option as ContactKind)}
        />
      )}
      <TextField
        id="value"
        label={t(`client.${kind}`)}
        errors={submission.errors}
        value={value}
        onInput={setValue}
        type={kind === 'email' ? 'email' : 'tel'}
        autocomplete="off"
        maxLength={kind === 'email' ? 254 : 50}
      />
      <TextField
        id="name"
        label={t('contacts.name')}
        hint={t('contacts.name_hint')}
        errors={submission.errors}
        value={name}
        onInput={setName}
        type="text"
        autocomplete="off"
        maxLength={300}
        optional
      />
      {client.sites.length > 0 && (
        <Choice
          id="site_id"
          label={t('contacts.site')}
          value={site}
          options={[{ value: '', text: t('contacts.no_site') }, ...client.sites.map(({ id, name: text }) => ({ value: id, text }))]}
          onChange={setSite}
        />
      )}
    </EditDialog>
  );
}
