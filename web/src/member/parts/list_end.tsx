import { useEffect } from 'preact/hooks';
import { describeFailure } from '../../common/api/failure.ts';
import { hasWaited } from '../../common/focus.ts';
import type { List, Loaded } from '../../common/lists/pages.ts';
import type { ListState } from '../../common/lists/use_list.ts';
import { announce } from '../../common/parts/announcer.tsx';
import type { MemberKey } from '../i18n/catalogues.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

// Filters and tabs change the list below themselves; readers who do not see that are told, and what has changed behind their backs.
export function useSaid<L extends List>(summary: string, query: string, { changed }: Loaded<L>, words: MemberKey): void {
  const { t } = useWords();
  useEffect(() => announce(summary), [summary, query]);
  useEffect(() => {
    if (changed.size > 0) announce(t(words, { count: changed.size }));
  }, [changed]);
}

interface ListEndProperties<L extends List> {
  list: ListState<L>;
  loaded: Loaded<L>;
  summary: string;
  more: string;
  // The link of the item at this place, once it is drawn.
  linkAt: (index: number) => HTMLElement | null | undefined;
}

// How many are shown, and the rest of them.
export function ListEnd<L extends List>({ list, loaded, summary, more, linkAt }: ListEndProperties<L>) {
  const translator = useWords();
  const { portal } = useApp();
  const loadMore = async () => {
    const before = loaded.items.length;
    const from = document.activeElement;
    if ((await list.loadMore()) === 0 || !hasWaited(from)) return;
    // The button may be gone: the reader goes on at the first one that is new.
    requestAnimationFrame(() => linkAt(before)?.focus());
  };
  return (
    <>
      <p class="muted results-count">{summary}</p>
      {list.moreFailure !== null && (
        <p class="field-error" role="alert">
          {describeFailure(list.moreFailure, translator, portal.name)}
        </p>
      )}
      {loaded.nextCursor !== null && (
        <button type="button" class="button button-wide" aria-busy={list.loadingMore} onClick={() => void loadMore()}>
          {list.loadingMore ? translator.t('jobs.loading_more') : more}
        </button>
      )}
    </>
  );
}
