import { useState } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { addSite, changeSite, removeSite, type Client, type Site } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { CancelButton, RowButton } from '../parts/row_button.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { textOrNull } from './fields.ts';
import { Origin } from './origin.tsx';

type Open = { readonly act: 'add' } | { readonly act: 'edit' | 'remove'; readonly site: Site } | null;

export function Sites({ client, reload }: { client: Client; reload: () => void }) {
  const { t } = useWords();
  const may = useMay('manager');
  const { setNotice } = useApp();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const gone = (name: string) => {
    setNotice({ key: 'sites.removed', values: { name } });
    reload();
  };

  const columns: Column<Site>[] = [
    {
      key: 'name',
      head: t('sites.name'),
      cell: ({ name, imported }) => (
        <>
          {name}
          <Origin imported={imported} />
        </>
      ),
    },
    { key: 'address', head: t('sites.address'), cell: ({ address }) => <span class="plain-text">{address ?? ''}</span> },
    { key: 'zone', head: t('sites.time_zone'), cell: ({ time_zone: zone }) => zone ?? t('sites.zone_of_account') },
  ];
  if (may) {
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (site) => (
        <span class="row-actions">
          <RowButton text={t('client.change')} name={site.name} onClick={() => setOpen({ act: 'edit', site })} />
          <RowButton text={t('staff.remove')} name={site.name} onClick={() => setOpen({ act: 'remove', site })} />
        </span>
      ),
    });
  }
  return (
    <section class="section" aria-labelledby="sites">
      <div class="section-head">
        <h2 id="sites">{t('sites.title')}</h2>
        {may && (
          <button type="button" class="button" onClick={() => setOpen({ act: 'add' })}>
            {t('sites.add')}
          </button>
        )}
      </div>
      {client.sites.length === 0 ? (
        <p class="muted">{t('sites.empty')}</p>
      ) : (
        <Table label={t('sites.title')} columns={columns} items={client.sites} nameOf={({ name }) => name} />
      )}
      {(open?.act === 'add' || open?.act === 'edit') && (
        <EditSite
          client={client}
          site={open.act === 'edit' ? open.site : null}
          onClose={close}
          onSaved={(site) => {
            close();
            setNotice({ key: 'sites.saved', values: { name: site.name } });
            reload();
          }}
        />
      )}
      {open?.act === 'remove' && (
        <Confirm
          title={t('sites.remove_title', { name: open.site.name })}
          text={t('sites.remove_text')}
          confirm={t('staff.remove')}
          confirming={t('staff.removing')}
          request={() => removeSite(client.id, open.site.id)}
          done={() => gone(open.site.name)}
          settled={(failure) => {
            if (!hasCode(failure, 'not_found')) return false;
            gone(open.site.name);
            return true;
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

interface EditSiteProperties {
  client: Client;
  // Null: a new one.
  site: Site | null;
  onClose: () => void;
  onSaved: (site: Site) => void;
}

function EditSite({ client, site, onClose, onSaved }: EditSiteProperties) {
  const { t } = useWords();
  const [name, setName] = useState(site?.name ?? '');
  const [address, setAddress] = useState(site?.address ?? '');
  const [zone, setZone] = useState(site?.time_zone ?? '');
  const submission = useFormSubmission(['name', 'address', 'time_zone', 'external_id']);
  const title = site === null ? t('sites.add') : t('sites.edit_title', { name: site.name });
  const submit = () => {
    const body = { name: name.trim(), address: textOrNull(address), time_zone: textOrNull(zone) };
    return submission.send({
      wrong: name.trim() === '' ? [{ field: 'name', text: t('problem.field.required') }] : [],
      request: () => (site === null ? addSite(client.id, body) : changeSite(client.id, site.id, body)),
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
        <TextField id="name" label={t('sites.name')} errors={submission.errors} value={name} onInput={setName} type="text" autocomplete="off" maxLength={300} />
        <TextField
          id="address"
          label={t('sites.address')}
          errors={submission.errors}
          value={address}
          onInput={setAddress}
          type="text"
          autocomplete="off"
          maxLength={1000}
          optional
        />
        <TextField
          id="time_zone"
          label={t('sites.time_zone')}
          hint={t('sites.time_zone_hint')}
          errors={submission.errors}
          value={zone}
          onInput={setZone}
          type="text"
          autocomplete="off"
          maxLength={64}
          optional
        />
      </Form>
    </Dialog>
  );
}
