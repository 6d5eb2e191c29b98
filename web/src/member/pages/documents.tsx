import { useRef } from 'preact/hooks';
import type { Document, DocumentList } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { navigate, usePlace } from '../../common/history.ts';
import { useSteady } from '../../common/lists/use_steady.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { SearchField } from '../../common/parts/search_field.tsx';
import { dayOf, formatDay } from '../../common/time/dates.ts';
import { documentSorts, documentsPath, parseDocumentsQuery, type DocumentSort, type DocumentsQuery } from '../documents/query.ts';
import { useDocuments, type Documents } from '../documents/use_documents.ts';
import { describeFile } from '../files/describe.ts';
import { FileRow } from '../files/file_row.tsx';
import type { Loaded } from '../../common/lists/pages.ts';
import { ListEnd, useSaid } from '../parts/list_end.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

export function DocumentsPage() {
  const { membership } = useSession();
  const query = parseDocumentsQuery(usePlace().search);
  // Another client is another page: nothing of the one before may stay in view.
  return membership.permissions.includes('view_documents') ? <DocumentsOf key={membership.id} query={query} /> : <NoAccess />;
}

function NoAccess() {
  const { t } = useWords();
  const { portal } = useApp();
  return (
    <>
      <PageHeading title={pageTitle(t('documents.title'), portal.name)}>{t('documents.title')}</PageHeading>
      <NoAccessText />
    </>
  );
}

function NoAccessText() {
  const { t } = useWords();
  const { portal } = useApp();
  const client = useSession().membership.client.name;
  return <StatePanel icon="lock" title={t('documents.no_access')} text={t('documents.no_access_text', { business: portal.name, client })} />;
}

function DocumentsOf({ query }: { query: DocumentsQuery }) {
  const { t } = useWords();
  const { portal } = useApp();
  const documents = useDocuments(query);
  const change = (next: DocumentsQuery, replace: boolean) => navigate(documentsPath(next), { replace });
  const clear = () => {
    change({ ...query, q: '' }, false);
    // The button that was pressed is gone now.
    document.querySelector('h1')?.focus({ preventScroll: true });
  };
  return (
    <>
      <PageHeading
        title={pageTitle(t('documents.title'), portal.name)}
        ready={documents.loaded !== null || documents.failure !== null}
      >
        {t('documents.title')}
      </PageHeading>
      <form class="filters filters-row" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('documents.search')}
          placeholder={t('documents.search_placeholder')}
          value={query.q}
          onSearch={(q) => change({ ...query, q }, true)}
        />
        <Choice
          id="sort"
          label={t('documents.sort')}
          value={query.sort}
          options={documentSorts.map((value) => ({ value, text: t(`documents.sort.${value}`) }))}
          onChange={(sort) => change({ ...query, sort: sort as DocumentSort }, false)}
        />
      </form>
      <section class="results" aria-label={t('documents.title')}>
        <Results query={query} documents={documents} onClear={clear} />
      </section>
    </>
  );
}

// No documents yet, none that match and none that may be seen are three different things to say.
function Results({ query, documents, onClear }: { query: DocumentsQuery; documents: Documents; onClear: () => void }) {
  const { t } = useWords();
  const { portal } = useApp();
  const { loaded, failure, reload } = documents;
  if (hasCode(failure, 'permission_required')) return <NoAccessText />;
  if (failure !== null) return <FailurePanel failure={failure} retry={reload} />;
  if (loaded === null) return <RowsSkeleton />;
  if (loaded.items.length > 0) return <DocumentRows query={query} documents={documents} loaded={loaded} />;
  if (query.q === '') {
    return <StatePanel icon="document" title={t('documents.empty')} text={t('documents.empty_text', { business: portal.name })} />;
  }
  return (
    <StatePanel icon="search" title={t('documents.nothing_found')} text={t('documents.nothing_found_text')}>
      <button type="button" class="button" onClick={onClear}>
        {t('documents.clear')}
      </button>
    </StatePanel>
  );
}

interface DocumentRowsProperties {
  query: DocumentsQuery;
  documents: Documents;
  loaded: Loaded<DocumentList>;
}

function DocumentRows({ query, documents, loaded }: DocumentRowsProperties) {
  const { t } = useWords();
  const list = useRef<HTMLUListElement>(null);
  const { items, nextCursor } = loaded;
  const summary = t(nextCursor === null ? 'documents.found' : 'documents.shown', { count: items.length });
  useSaid(summary, JSON.stringify(query), loaded, 'live.documents');
  useSteady(list);
  return (
    <>
      <ul class="rows steady" ref={list}>
        {items.map((item) => (
          <li key={item.id} data-item={item.id}>
            <DocumentRow item={item} changed={loaded.changed.has(item.id)} />
          </li>
        ))}
      </ul>
      <ListEnd
        list={documents}
        loaded={loaded}
        summary={summary}
        more={t('documents.more')}
        linkAt={(index) => list.current?.children[index]?.querySelector('a')}
      />
    </>
  );
}

function DocumentRow({ item, changed }: { item: Document; changed: boolean }) {
  const translator = useWords();
  const { time_zone: timeZone } = useApp().portal;
  const added = formatDay(dayOf(new Date(item.created_at), timeZone), dayOf(new Date(), timeZone), translator);
  const description = translator.t('documents.describe', { file: describeFile(item, 'document', translator), day: added });
  return <FileRow file={item} icon="document" description={changed ? `${description} · ${translator.t('jobs.updated')}` : description} />;
}
