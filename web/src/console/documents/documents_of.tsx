import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import type { Client } from '../api/clients.ts';
import { listDocuments, type FiledDocument } from '../api/documents.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { useMay } from '../state/application.tsx';
import { useLatest } from '../state/latest.ts';
import { DocumentTable } from './document_table.tsx';
import { DropZone } from './drop_zone.tsx';
import { useUploads } from './files.ts';

// The documents of one client, and where more of them are dropped.
export function DocumentsOf({ client }: { client: Pick<Client, 'id' | 'name'> }) {
  const { t } = useWords();
  const may = useMay('manager');
  const { add } = useUploads();
  const query = { client_id: client.id };
  const list = useList<ItemsOf<FiledDocument>>(listKey('filed', query), (part, _, signal) => listDocuments(query, part, signal));
  const reload = useLatest(list.reload);
  return (
    <section class="section" aria-labelledby="documents">
      <h2 id="documents">{t('documents.title')}</h2>
      {may && <DropZone label={t('filed.choose')} onFiles={(files, visible) => add(client, files, visible, reload)} />}
      <DocumentTable
        list={list}
        label={t('filed.of', { client: client.name })}
        withClient={false}
        empty={<p class="muted">{t('filed.none_of_client')}</p>}
      />
    </section>
  );
}
