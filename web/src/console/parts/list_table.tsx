import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasWaited } from '../../common/focus.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import type { List } from '../../common/lists/pages.ts';
import type { ListState } from '../../common/lists/use_list.ts';
import { useShell } from '../../common/state/shell.tsx';
import { useWords } from '../i18n/words.ts';
import type { Selection } from '../state/selection.ts';
import { Table, type Column } from './table.tsx';

interface ListTableProperties<L extends List> {
  list: ListState<L>;
  label: string;
  columns: readonly Column<L['items'][number]>[];
  nameOf: (item: L['items'][number]) => string;
  selection?: Selection | undefined;
  // How many there are, in words; `all` is false while there are more.
  count: (count: number, all: boolean) => string;
  more: string;
  // In the place of the table when there is nothing.
  empty: ComponentChildren;
}

// A list of the API as a table, in each of its states. How much was found is read out, because the focus is where one typed.
export function ListTable<L extends List>(properties: ListTableProperties<L>) {
  const { list, label, columns, nameOf, selection, count, more, empty } = properties;
  const translator = useWords();
  const { describe } = useShell();
  const holder = useRef<HTMLDivElement>(null);
  const { loaded, failure } = list;
  const summary = loaded === null || loaded.items.length === 0 ? null : count(loaded.items.length, loaded.nextCursor === null);
  useEffect(() => {
    if (summary !== null) announce(summary);
  }, [summary, loaded?.first]);
  if (failure !== null) return <FailurePanel failure={failure} retry={list.reload} />;
  if (loaded === null) return <RowsSkeleton />;
  if (loaded.items.length === 0) return <>{empty}</>;
  const loadMore = async () => {
    const before = loaded.items.length;
    const from = document.activeElement;
    if ((await list.loadMore()) === 0 || !hasWaited(from)) return;
    // The button may be gone: the reader goes on at the first row that is new.
    requestAnimationFrame(() => holder.current?.querySelectorAll('tbody tr')[before]?.querySelector<HTMLElement>('a, button, input')?.focus());
  };
  return (
    <div ref={holder}>
      <Table label={label} columns={columns} items={loaded.items} nameOf={nameOf} {...(selection === undefined ? {} : { selection })} />
      <p class="muted results-count">{summary}</p>
      {list.moreFailure !== null && (
        <p class="field-error" role="alert">
          {describe(list.moreFailure, translator)}
        </p>
      )}
      {loaded.nextCursor !== null && (
        <button type="button" class="button button-wide" aria-busy={list.loadingMore} onClick={() => void loadMore()}>
          {list.loadingMore ? translator.t('jobs.loading_more') : more}
        </button>
      )}
    </div>
  );
}
