import { useState } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { createKey, listKeys, removeKey } from '../api/settings.ts';
import type { ApiKey, KeyScope } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { CheckBoxes } from '../parts/fields.tsx';
import { CancelButton, RowButton } from '../parts/row_button.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useResource } from '../state/resource.ts';
import { useTimes } from '../state/times.ts';

const kScopes: readonly KeyScope[] = ['import', 'invite', 'feed'];

// Other systems come in with a key. It is shown once; afterwards nobody, not even the server, knows more of it than whether it fits.
export function ApiKeys() {
  const { t } = useWords();
  const may = useMay('owner');
  const times = useTimes();
  const { setNotice } = useApp();
  const keys = useResource('api_keys', listKeys);
  const [open, setOpen] = useState<'create' | { readonly remove: ApiKey } | { readonly created: string; readonly name: string } | null>(null);
  const close = () => setOpen(null);

  const columns: Column<ApiKey>[] = [
    { key: 'name', head: t('keys.name'), cell: ({ name }) => name },
    { key: 'scopes', head: t('keys.scopes'), cell: ({ scopes }) => scopes.map((scope) => t(`keys.scope.${scope as KeyScope}`)).join(', ') },
    { key: 'created', head: t('keys.created'), cell: ({ created_at: at }) => times(at, '') },
    { key: 'used', head: t('keys.last_used'), cell: ({ last_used_at: at }) => times(at, t('staff.never')) },
  ];
  if (may) {
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (key) => (
        <span class="row-actions">
          <RowButton text={t('keys.remove')} name={key.name} onClick={() => setOpen({ remove: key })} />
        </span>
      ),
    });
  }
  return (
    <section class="section" aria-labelledby="keys">
      <div class="section-head">
        <h2 id="keys">{t('keys.title')}</h2>
        {may && (
          <button type="button" class="button" onClick={() => setOpen('create')}>
            {t('keys.create')}
          </button>
        )}
      </div>
      <p class="muted">{t('keys.text')}</p>
      {keys.failure !== null && <FailurePanel failure={keys.failure} retry={keys.reload} />}
      {keys.failure === null && keys.value === null && <RowsSkeleton />}
      {keys.value?.items.length === 0 && <p>{t('keys.empty')}</p>}
      {keys.value !== null && keys.value.items.length > 0 && (
        <Table label={t('keys.title')} columns={columns} items={keys.value.items} nameOf={({ name }) => name} />
      )}
      {open === 'create' && (
        <CreateKey
          onClose={close}
          onCreated={({ key, name }) => {
            // Made by a request whose answer was lost: nobody has kept the key itself.
            if (key === null) setNotice({ key: 'keys.lost', values: { name } });
            setOpen(key === null ? null : { created: key, name });
            keys.reload();
          }}
        />
      )}
      {open !== null && typeof open === 'object' && 'created' in open && <NewKey name={open.name} secret={open.created} onClose={close} />}
      {open !== null && typeof open === 'object' && 'remove' in open && (
        <Confirm
          title={t('keys.remove_title', { name: open.remove.name })}
          text={t('keys.remove_text')}
          confirm={t('keys.remove')}
          confirming={t('staff.removing')}
          request={() => removeKey(open.remove.id)}
          done={() => {
            setNotice({ key: 'keys.removed', values: { name: open.remove.name } });
            keys.reload();
          }}
          settled={(failure) => {
            if (!hasCode(failure, 'not_found')) return false;
            keys.reload();
            return true;
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

function CreateKey({ onClose, onCreated }: { onClose: () => void; onCreated: (created: { key: string | null; name: string }) => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>(['import']);
  const submission = useFormSubmission(['name', 'scopes']);
  const submit = () =>
    submission.send({
      wrong: [
        ...(name.trim() === '' ? [{ field: 'name', text: t('keys.name_missing') }] : []),
        ...(scopes.length === 0 ? [{ field: 'scopes', text: t('keys.scopes_missing') }] : []),
      ],
      request: () => createKey(name.trim(), scopes as readonly KeyScope[]),
      done: onCreated,
    });
  return (
    <Dialog title={t('keys.create')} onClose={onClose}>
      <Form
        label={t('keys.create')}
        state={submission}
        submit={t('keys.create_submit')}
        submitting={t('create.creating')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submit()}
      >
        <TextField
          id="name"
          label={t('keys.name')}
          hint={t('keys.name_hint')}
          errors={submission.errors}
          value={name}
          onInput={setName}
          type="text"
          autocomplete="off"
          maxLength={100}
        />
        <CheckBoxes
          id="scopes"
          legend={t('keys.scopes')}
          options={kScopes.map((value) => ({ value, text: t(`keys.scope.${value}`), hint: t(`keys.scope.${value}_text`) }))}
          chosen={scopes}
          errors={submission.errors}
          onChange={setScopes}
        />
      </Form>
    </Dialog>
  );
}

function NewKey({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
    } catch {
      return;
    }
    setCopied(true);
    announce(t('overview.copied'));
  };
  return (
    <Dialog title={t('keys.created_title', { name })} onClose={onClose}>
      <p>{t('keys.created_text')}</p>
      <p class="secret">
        <code>{secret}</code>
      </p>
      <div class="actions">
        {'clipboard' in navigator && (
          <button type="button" class="button" onClick={() => void copy()}>
            <Icon name={copied ? 'check' : 'copy'} />
            {t(copied ? 'overview.copied' : 'overview.copy')}
          </button>
        )}
        <button type="button" class="button" onClick={onClose}>
          {t('keys.kept')}
        </button>
      </div>
    </Dialog>
  );
}
