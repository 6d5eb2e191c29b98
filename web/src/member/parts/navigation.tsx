import { useEffect, useLayoutEffect, useRef, useState, type MutableRef } from 'preact/hooks';
import type { Session } from '../../common/api/client.ts';
import { usePlace } from '../../common/history.ts';
import { matchRoute } from '../../common/navigation.ts';
import { useWords } from '../i18n/words.ts';

// One line on a phone, too: what has no place in it is scrolled to, and arrows say on which side there is more. A tool that the person may not
// use is not offered.
export function Navigation({ session }: { session: Session }) {
  const { t } = useWords();
  const { page } = matchRoute(usePlace().path);
  const { permissions } = session.membership;
  const list = useRef<HTMLUListElement>(null);
  const more = useMore(list, permissions.join(' '));
  // After the first drawing, and whenever another page is the present one.
  useLayoutEffect(() => bringInto(list.current, list.current?.querySelector('[aria-current]')), [page]);
  return (
    <nav class="navigation" aria-label={t('header.navigation')} data-more={more === '' ? undefined : more}>
      <ul ref={list} onFocusIn={({ target }) => (target as Element).matches(':focus-visible') && bringInto(list.current, target as Element)}>
        <NavigationItem path="/" current={page === 'jobs'} within={page === 'job'} text={t('jobs.title')} />
        {permissions.includes('view_documents') && <NavigationItem path="/documents" current={page === 'documents'} text={t('documents.title')} />}
        {permissions.includes('accept_quotes') && (
          <NavigationItem path="/quotes" current={page === 'quotes'} within={page === 'quote'} text={t('quotes.title')} />
        )}
        {permissions.includes('view_invoices') && <NavigationItem path="/invoices" current={page === 'invoices'} text={t('invoices.title')} />}
        {permissions.includes('create_work_requests') && (
          <NavigationItem
            path="/requests"
            current={page === 'requests'}
            within={page === 'request' || page === 'new_request'}
            text={t('requests.title')}
          />
        )}
        <NavigationItem path="/account" current={page === 'account'} text={t('header.to_account')} />
      </ul>
    </nav>
  );
}

// "page": this page is the one that the link leads to; "true": it stands below it.
function NavigationItem(properties: { path: string; current: boolean; within?: boolean; text: string }) {
  const { path, current, within = false, text } = properties;
  return (
    <li>
      <a href={path} aria-current={current ? 'page' : within ? 'true' : undefined}>
        {text}
      </a>
    </li>
  );
}

// Only sideways: the page stays where it is. What a finger has just met is not moved away from under it.
function bringInto(list: Element | null, link: Element | null | undefined): void {
  if (list === null || link === null || link === undefined) return;
  const [frame, place] = [list.getBoundingClientRect(), link.getBoundingClientRect()];
  list.scrollLeft += place.left + place.width / 2 - (frame.left + frame.width / 2);
}

// On which sides there is more than is seen. `entries` says which there are.
function useMore(list: MutableRef<HTMLElement | null>, entries: string): string {
  const [more, setMore] = useState('');
  useEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const look = () => {
      const { scrollLeft, scrollWidth, clientWidth } = element;
      const sides = { before: scrollLeft > 1, after: scrollLeft + clientWidth < scrollWidth - 1 };
      setMore(Object.entries(sides).flatMap(([side, isThere]) => (isThere ? [side] : [])).join(' '));
    };
    // The words become wider with the language and the size of letters, too.
    const sizes = new ResizeObserver(look);
    for (const part of [element, ...element.children]) sizes.observe(part);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [entries]);
  return more;
}
