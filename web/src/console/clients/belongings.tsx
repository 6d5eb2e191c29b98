import type { ComponentChildren } from 'preact';
import type { Outcome } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, type FormError } from '../../common/parts/form.tsx';
import type { Submission } from '../../common/parts/submission.ts';
import type { Client } from '../api/clients.ts';
import type { ConsoleKey } from '../i18n/catalogues.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { CancelButton, RowButton } from '../parts/row_button.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { isLocked, Origin } from './origin.tsx';

// What belongs to a client, a table of each kind: whoever may adds to it, changes and removes.

interface Belonging {
  readonly id: string;
  readonly imported: boolean;
}

type Open<Item> = { readonly act: 'add' } | { readonly act: 'edit' | 'remove'; readonly item: Item };

export interface EditProperties<Item> {
  client: Client;
  // Null: a new one.
  item: Item | null;
  onClose: () => void;
  onSaved: (item: Item) => void;
}

interface BelongingsProperties<Item extends Belonging> {
  id: string;
  words: Readonly<Record<'title' | 'add' | 'empty' | 'saved' | 'remove_title' | 'remove_text' | 'removed', ConsoleKey>>;
  client: Client;
  items: readonly Item[];
  nameOf: (item: Item) => string;
  // The first column, and those after it.
  head: string;
  columns: readonly Column<Item>[];
  edit: (properties: EditProperties<Item>) => ComponentChildren;
  remove: (item: Item) => Promise<Outcome<undefined>>;
  reload: () => void;
}

export function Belongings<Item extends Belonging>(properties: BelongingsProperties<Item>) {
  const { id, words, client, items, nameOf, head, columns: more, edit: Edit, remove, reload } = properties;
  const { t } = useWords();
  const may = useMay('manager');
  const { setNotice } = useApp();
  const { open, show, close } = useDialogs<Open<Item>>();
  const changed = (what: 'saved' | 'removed', item: Item) => {
    setNotice({ key: words[what], values: { name: nameOf(item) } });
    reload();
  };

  const columns: Column<Item>[] = [
    {
      key: 'name',
      head,
      cell: (item) => (
        <>
          {nameOf(item)}
          <Origin imported={item.imported} />
        </>
      ),
    },
    ...more,
  ];
  if (may) {
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (item) =>
        // What another system feeds is changed there: the row says whose it is.
        isLocked(client, item) ? null : (
          <span class="row-actions">
            <RowButton text={t('client.change')} name={nameOf(item)} onClick={() => show({ act: 'edit', item })} />
            <RowButton text={t('staff.remove')} name={nameOf(item)} onClick={() => show({ act: 'remove', item })} />
          </span>
        ),
    });
  }
  return (
    <section class="section" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{t(words.title)}</h2>
        {may && (
          <button type="button" class="button" onClick={() => show({ act: 'add' })}>
            {t(words.add)}
          </button>
        )}
      </div>
      {items.length === 0 ? <p class="muted">{t(words.empty)}</p> : <Table label={t(words.title)} columns={columns} items={items} nameOf={nameOf} />}
      {(open?.act === 'add' || open?.act === 'edit') && (
        <Edit
          client={client}
          item={open.act === 'edit' ? open.item : null}
          onClose={close}
          onSaved={(item) => {
            close();
            changed('saved', item);
          }}
        />
      )}
      {open?.act === 'remove' && (
        <Confirm
          title={t(words.remove_title, { name: nameOf(open.item) })}
          text={t(words.remove_text)}
          confirm={t('staff.remove')}
          confirming={t('staff.removing')}
          request={() => remove(open.item)}
          done={() => changed('removed', open.item)}
          settled={(failure) => {
            if (!hasCode(failure, 'not_found')) return false;
            changed('removed', open.item);
            return true;
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

interface EditDialogProperties<Item> {
  title: string;
  submission: Submission;
  wrong: () => FormError[];
  request: () => Promise<Outcome<Item>>;
  onClose: () => void;
  onSaved: (item: Item) => void;
  children: ComponentChildren;
}

export function EditDialog<Item>({ title, submission, wrong, request, onClose, onSaved, children }: EditDialogProperties<Item>) {
  const { t } = useWords();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        label={title}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submission.send({ wrong: wrong(), request, done: onSaved })}
      >
        {children}
      </Form>
    </Dialog>
  );
}
