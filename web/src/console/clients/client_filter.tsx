import { useRef, useState } from 'preact/hooks';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { readClient } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';
import { useResource } from '../state/resource.ts';
import { ClientPicker } from '../users/client_picker.tsx';

interface ClientFilterProperties {
  id: string;
  // The title of the choice: "Whose requests?"
  ofWhom: string;
  // What the chosen one's button does, before its name.
  every: string;
  onChange: (id: string) => void;
}

// Of whom something is shown: among many clients one is found by typing.
export function ClientFilter({ id, ofWhom, every, onChange }: ClientFilterProperties) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const holder = useRef<HTMLDivElement>(null);
  // The button that was pressed gives way to the other one.
  const change = (next: string) => {
    onChange(next);
    requestAnimationFrame(() => holder.current?.querySelector('button')?.focus());
  };
  return (
    <div ref={holder} class="filter filter-button">
      <span aria-hidden="true">{t('member.client')}</span>
      {id === '' ? (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          <span class="visually-hidden">{t('member.client')}: </span>
          {t('filter.any')}
        </button>
      ) : (
        <Chosen id={id} every={every} onClear={() => change('')} />
      )}
      {open && (
        <Dialog title={ofWhom} onClose={close}>
          <ClientPicker
            onPick={(client) => {
              close();
              change(client.id);
            }}
          />
          <div class="actions">
            <CancelButton onClose={close} />
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Chosen({ id, every, onClear }: { id: string; every: string; onClear: () => void }) {
  const { t } = useWords();
  const client = useResource(`client ${id}`, (signal) => readClient(id, signal));
  return (
    <button type="button" class="button" onClick={onClear}>
      <span class="visually-hidden">{every}: </span>
      {client.value?.name ?? t('client.title')}
      <Icon name="close" />
    </button>
  );
}
