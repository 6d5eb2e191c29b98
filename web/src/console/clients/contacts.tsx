import { useState } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { addContact, changeContact, removeContact, type Client, type Contact, type ContactKind } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Radios } from '../parts/fields.tsx';
import { CancelButton, RowButton } from '../parts/row_button.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { textOrNull } from './fields.ts';
import { Origin } from './origin.tsx';

type Open = { readonly act: 'add' } | { readonly act: 'edit' | 'remove'; readonly contact: Contact } | null;

// Emails and phones of a client: where invitations go.
export function Contacts({ client, reload }: { client: Client; reload: () => void }) {
  const { t } = useWords();
  const may = useMay('manager');
  const { setNotice } = useApp();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const siteName = (id: string | null) => client.sites.find((site) => site.id === id)?.name ?? '';
  const gone = (value: string) => {
    setNotice({ key: 'contacts.removed', values: { value } });
    reload();
  };

  const columns: Column<Contact>[] = [
    {
      key: 'value',
      head: t('contacts.value'),
      cell: ({ value, imported }) => (
        <>
          {value}
          <Origin imported={imported} />
        </>
      ),
    },
    { key: 'kind', head: t('contacts.kind'), cell: ({ kind }) => t(`client.${kind}`) },
    { key: 'name', head: t('contacts.name'), cell: ({ name }) => name ?? '' },
    { key: 'site', head: t('contacts.site'), cell: ({ site_id: id }) => siteName(id) },
  ];
  if (may) {
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (contact) => (
        <span class="row-actions">
          <RowButton text={t('client.change')} name={contact.value} onClick={() => setOpen({ act: 'edit', contact })} />
          <RowButton text={t('staff.remove')} name={contact.value} onClick={() => setOpen({ act: 'remove', contact })} />
        </span>
      ),
    });
  }
  return (
    <section class="section" aria-labelledby="contacts">
      <div class="section-head">
        <h2 id="contacts">{t('contacts.title')}</h2>
        {may && (
          <button type="button" class="button" onClick={() => setOpen({ act: 'add' })}>
            {t('contacts.add')}
          </button>
        )}
      </div>
      {client.contacts.length === 0 ? (
        <p class="muted">{t('contacts.empty')}</p>
      ) : (
        <Table label={t('contacts.title')} columns={columns} items={client.contacts} nameOf={({ value }) => value} />
      )}
      {(open?.act === 'add' || open?.act === 'edit') && (
        <EditContact
          client={client}
          contact={open.act === 'edit' ? open.contact : null}
          onClose={close}
          onSaved={(contact) => {
            close();
            setNotice({ key: 'contacts.saved', values: { value: contact.value } });
            reload();
          }}
        />
      )}
      {open?.act === 'remove' && (
        <Confirm
          title={t('contacts.remove_title', { value: open.contact.value })}
          text={t('contacts.remove_text')}
          confirm={t('staff.remove')}
          confirming={t('staff.removing')}
          request={() => removeContact(client.id, open.contact.id)}
          done={() => gone(open.contact.value)}
          settled={(failure) => {
            if (!hasCode(failure, 'not_found')) return false;
            gone(open.contact.value);
            return true;
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

interface EditContactProperties {
  client: Client;
  // Null: a new one.
  contact: Contact | null;
  onClose: () => void;
  onSaved: (contact: Contact) => void;
}

function EditContact({ client, contact, onClose, onSaved }: EditContactProperties) {
  const { t } = useWords();
  const [kind, setKind] = useState<ContactKind>(contact?.kind ?? 'email');
  const [value, setValue] = useState(contact?.value ?? '');
  const [name, setName] = useState(contact?.name ?? '');
  const [site, setSite] = useState(contact?.site_id ?? '');
  const submission = useFormSubmission(['kind', 'value', 'name', 'site_id']);
  const title = contact === null ? t('contacts.add') : t('contacts.edit_title', { value: contact.value });
  const submit = () => {
    const body = { value: value.trim(), name: textOrNull(name), ...(site === '' ? {} : { site_id: site }) };
    const looksWrong = kind === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value.trim());
    return submission.send({
      wrong: value.trim() === '' ? [{ field: 'value', text: t('problem.field.required') }] : looksWrong ? [{ field: 'value', text: t('field.invalid_email') }] : [],
      request: () => (contact === null ? addContact(client.id, { kind, ...body }) : changeContact(client.id, contact.id, body)),
      done: onSaved,
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        label={title}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submit()}
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
            // The API has no word for taking a site away from a contact.
            options={[
              ...(contact?.site_id == null ? [{ value: '', text: t('contacts.no_site') }] : []),
              ...client.sites.map(({ id, name: text }) => ({ value: id, text })),
            ]}
            onChange={setSite}
          />
        )}
      </Form>
    </Dialog>
  );
}
