import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import type { ListState } from '../../common/lists/use_list.ts';
import { changeDocument, removeDocument, type FiledDocument } from '../api/documents.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { clientPath } from '../navigation.ts';
import { Confirm } from '../parts/confirm.tsx';
import { ListTable } from '../parts/list_table.tsx';
import { RowButton } from '../parts/row_button.tsx';
import { Switch } from '../parts/switch.tsx';
import type { Column } from '../parts/table.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { useLatest } from '../state/latest.ts';
import { useTimes } from '../state/times.ts';
import { acceptedTypes, describeFiled, useUploads } from './files.ts';
import { HiddenFrom } from './hidden_from.tsx';
import { Rename } from './rename.tsx';

type Open = { readonly act: 'hidden' | 'rename' | 'remove'; readonly document: FiledDocument };

interface DocumentTableProperties {
  list: ListState<ItemsOf<FiledDocument>>;
  label: string;
  withClient: boolean;
  empty: ComponentChildren;
}

export function DocumentTable({ list, label, withClient, empty }: DocumentTableProperties) {
  const translator = useWords();
  const { t } = translator;
  const may = useMay('manager');
  const times = useTimes();
  const { setNotice } = useApp();
  const { replace } = useUploads();
  const reload = useLatest(list.reload);
  const { open, show, close } = useDialogs<Open>();
  const replacing = useRef<FiledDocument | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const changed = (document: FiledDocument) => {
    close();
    setNotice({ key: 'filed.saved', values: { name: document.name } });
    reload();
  };
  const removed = (document: FiledDocument) => {
    setNotice({ key: 'filed.removed', values: { name: document.name } });
    reload();
  };

  const shownWord = (visible: boolean) => t(visible ? 'filed.shown' : 'filed.not_shown');
  const columns: Column<FiledDocument>[] = [
    {
      key: 'name',
      head: t('staff.name'),
      cell: (document) => (
        <>
          <a href={document.url} target="_blank" rel="noopener">
            {document.name}
            <span class="visually-hidden"> ({t('job.new_tab')})</span>
          </a>
          <span class="muted block">{describeFiled(document, translator)}</span>
        </>
      ),
    },
    ...(withClient
      ? [{ key: 'client', head: t('member.client'), cell: ({ client }: FiledDocument) => <a href={clientPath(client.id)}>{client.name}</a> }]
      : []),
    { key: 'added', head: t('filed.added'), cell: ({ created_at: at }) => times(at, '') },
    {
      key: 'visible',
      head: t('filed.visible'),
      whole: true,
      cell: (document) => (
        <>
          {may ? (
            <Switch
              on={document.visible}
              text={shownWord}
              name={document.name}
              request={(visible) => changeDocument(document.id, { visible })}
              said={(visible) => t(visible ? 'filed.now_shown' : 'filed.now_hidden', { name: document.name })}
              done={reload}
            />
          ) : (
            shownWord(document.visible)
          )}
          {document.visible && document.hidden_from.length > 0 && (
            <span class="muted block">{t('filed.hidden_count', { count: document.hidden_from.length })}</span>
          )}
        </>
      ),
    },
  ];
  if (may) {
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (document) => (
        <span class="row-actions">
          <RowButton text={t('filed.hidden')} name={document.name} onClick={() => show({ act: 'hidden', document })} />
          <RowButton text={t('filed.rename')} name={document.name} onClick={() => show({ act: 'rename', document })} />
          <RowButton
            text={t('filed.replace')}
            name={document.name}
            onClick={() => {
              replacing.current = document;
              input.current?.click();
            }}
          />
          <RowButton text={t('filed.remove')} name={document.name} onClick={() => show({ act: 'remove', document })} />
        </span>
      ),
    });
  }
  return (
    <>
      <ListTable
        list={list}
        label={label}
        columns={columns}
        nameOf={({ name }) => name}
        count={(count, all) => t(all ? 'documents.found' : 'documents.shown', { count })}
        more={t('documents.more')}
        empty={empty}
      />
      <input
        ref={input}
        hidden
        type="file"
        aria-label={t('filed.replace')}
        accept={acceptedTypes.join(',')}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined && replacing.current !== null) replace(replacing.current, file, reload);
          event.currentTarget.value = '';
        }}
      />
      {open?.act === 'hidden' && <HiddenFrom document={open.document} onClose={close} onChanged={changed} />}
      {open?.act === 'rename' && <Rename document={open.document} onClose={close} onChanged={changed} />}
      {open?.act === 'remove' && (
        <Confirm
          title={t('filed.remove_title', { name: open.document.name })}
          text={t('filed.remove_text', { client: open.document.client.name })}
          confirm={t('filed.remove')}
          confirming={t('staff.removing')}
          request={() => removeDocument(open.document.id)}
          done={() => removed(open.document)}
          settled={(failure) => {
            if (!hasCode(failure, 'not_found')) return false;
            removed(open.document);
            return true;
          }}
          onClose={close}
        />
      )}
    </>
  );
}
