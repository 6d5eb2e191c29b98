import { useState } from 'preact/hooks';
import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { SearchField } from '../../common/parts/search_field.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { listDocuments, type FiledDocument } from '../api/documents.ts';
import type { ItemsOf } from '../api/types.ts';
import { DocumentTable } from '../documents/document_table.tsx';
import { DropZone } from '../documents/drop_zone.tsx';
import { useUploads } from '../documents/files.ts';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { CancelButton } from '../parts/row_button.tsx';
import { useMay } from '../state/application.tsx';
import { useFilters } from '../state/filters.ts';
import { useLatest } from '../state/latest.ts';
import { ClientPicker } from '../users/client_picker.tsx';

export function DocumentsPage() {
  const { t } = useWords();
  const may = useMay('manager');
  const filters = useFilters(['q']);
  const q = [...filters.values.q.trim()].slice(0, 100).join('');
  const query: Record<string, string> = q === '' ? {} : { q };
  const list = useList<ItemsOf<FiledDocument>>(listKey('filed', query), (part, _, signal) => listDocuments(query, part, signal));
  const reload = useLatest(list.reload);
  const { add } = useUploads();
  const [adding, setAdding] = useState(false);
  const [client, setClient] = useState<{ readonly id: string; readonly name: string } | null>(null);
  const close = () => {
    setAdding(false);
    setClient(null);
  };
  return (
    <Page
      title={t('page.documents')}
      ready={list.loaded !== null || list.failure !== null}
      actions={
        may && (
          <button type="button" class="button" onClick={() => setAdding(true)}>
            {t('filed.add')}
          </button>
        )
      }
    >
      <form class="filters filters-row" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('documents.search')}
          placeholder={t('documents.search_placeholder')}
          value={q}
          onSearch={(text) => filters.set('q', text, { typing: true })}
        />
      </form>
      <section class="results" aria-label={t('page.documents')}>
        <DocumentTable
          list={list}
          label={t('page.documents')}
          withClient
          empty={
            q === '' ? (
              <StatePanel icon="document" title={t('documents.empty')} text={t('filed.empty_text')} />
            ) : (
              <StatePanel icon="search" title={t('documents.nothing_found')} text={t('documents.nothing_found_text')}>
                <button type="button" class="button" onClick={filters.clear}>
                  {t('documents.clear')}
                </button>
              </StatePanel>
            )
          }
        />
      </section>
      {adding && (
        <Dialog key={client?.id} title={client === null ? t('filed.add') : t('filed.add_for', { client: client.name })} onClose={close} wide>
          {client === null && <p>{t('filed.for_whom')}</p>}
          {client === null && <ClientPicker onPick={setClient} />}
          {client !== null && (
            <DropZone
              label={t('filed.choose')}
              onFiles={(files, visible) => {
                add(client, files, visible, reload);
                close();
              }}
            />
          )}
          <div class="actions">
            <CancelButton onClose={close} />
          </div>
        </Dialog>
      )}
    </Page>
  );
}
