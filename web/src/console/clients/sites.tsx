import { useState } from 'preact/hooks';
import { TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { addSite, changeSite, removeSite, type Client, type Site } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { Belongings, EditDialog, type EditProperties } from './belongings.tsx';
import { textOrNull } from './fields.ts';

const kWords = {
  title: 'sites.title',
  add: 'sites.add',
  empty: 'sites.empty',
  saved: 'sites.saved',
  remove_title: 'sites.remove_title',
  remove_text: 'sites.remove_text',
  removed: 'sites.removed',
} as const;

export function Sites({ client, reload }: { client: Client; reload: () => void }) {
  const { t } = useWords();
  return (
    <Belongings<Site>
      id="sites"
      words={kWords}
      client={client}
      items={client.sites}
      nameOf={({ name }) => name}
      head={t('sites.name')}
      columns={[
        { key: 'address', head: t('sites.address'), cell: ({ address }) => <span class="plain-text">{address ?? ''}</span> },
        { key: 'zone', head: t('sites.time_zone'), cell: ({ time_zone: zone }) => zone ?? t('sites.zone_of_account') },
      ]}
      edit={EditSite}
      remove={({ id }) => removeSite(client.id, id)}
      reload={reload}
    />
  );
}

function EditSite({ client, item: site, onClose, onSaved }: EditProperties<Site>) {
  const { t } = useWords();
  const [name, setName] = useState(site?.name ?? '');
  const [address, setAddress] = useState(site?.address ?? '');
  const [zone, setZone] = useState(site?.time_zone ?? '');
  const submission = useFormSubmission(['name', 'address', 'time_zone', 'external_id']);
  const body = { name: name.trim(), address: textOrNull(address), time_zone: textOrNull(zone) };
  return (
    <EditDialog
      title={site === null ? t('sites.add') : t('sites.edit_title', { name: site.name })}
      submission={submission}
      wrong={() => (body.name === '' ? [{ field: 'name', text: t('problem.field.required') }] : [])}
      request={() => (site === null ? addSite(client.id, body) : changeSite(client.id, site.id, body))}
      onClose={onClose}
      onSaved={onSaved}
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
    </EditDialog>
  );
}
