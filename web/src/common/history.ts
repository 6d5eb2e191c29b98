import { useEffect, useRef, useState } from 'preact/hooks';

// The browser's history as the pages see it. Every entry has a key, under which its scroll position is remembered.

export interface Place {
  readonly path: string;
  readonly search: string;
  readonly key: string;
  // How we got here: a page keeps the focus on its first load, and goes back to where the reader was on `back`.
  readonly arrival: 'load' | 'forward' | 'back';
}

type Listener = (place: Place) => void;

const listeners = new Set<Listener>();
const scrollPositions = new Map<string, number>();
let current: Place = readPlace('load');
let ownsPath: (path: string) => boolean = () => true;
// Asked before another page opens, while something on this one is not saved; it may call `proceed`, at once or later.
type Guard = (proceed: () => void) => void;
// One for each form that is not saved. One question is enough for all of them.
const guards = new Set<Guard>();

// Until the function is called that comes back.
export function guardLeaving(guard: Guard): () => void {
  guards.add(guard);
  return () => void guards.delete(guard);
}

export function dropGuards(): void {
  guards.clear();
}

// False: nobody wants to be asked, so `leave` is the caller's to do.
function isGuarded(leave: () => void): boolean {
  const [guard] = guards;
  guard?.(() => {
    dropGuards();
    leave();
  });
  return guard !== undefined;
}

// `owns` tells the pages of this entry point from those that the browser has to load, as it has what the API answers with.
export function startHistory(owns: (path: string) => boolean = (path) => !path.startsWith('/api/')): void {
  ownsPath = owns;
  history.scrollRestoration = 'manual';
  current = readPlace('load');
  history.replaceState({ ...history.state, key: current.key }, '');
  window.addEventListener('popstate', () => {
    // The browser has gone already: this page is put back, next to where the reader wanted to go.
    const { path, search, key } = current;
    if (location.pathname !== path && isGuarded(() => history.back())) {
      // What lies before it by now is the page that is left standing.
      history.pushState({ key, from: location.pathname }, '', path + search);
      return;
    }
    rememberScroll();
    move('back');
  });
  document.addEventListener('click', followLink);
}

function readPlace(arrival: Place['arrival']): Place {
  if (typeof window === 'undefined') return { path: '/', search: '', key: '', arrival };
  const state = history.state as { key?: string } | null;
  return { path: location.pathname, search: location.search, key: state?.key ?? newKey(), arrival };
}

function newKey(): string {
  return Math.random().toString(36).slice(2);
}

function move(arrival: Place['arrival']): void {
  current = readPlace(arrival);
  for (const listener of listeners) listener(current);
}

function rememberScroll(): void {
  scrollPositions.set(current.key, window.scrollY);
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  const isOther = options.replace !== true && new URL(to, location.origin).pathname !== current.path;
  if (isOther && isGuarded(() => navigate(to, options))) return;
  rememberScroll();
  if (options.replace === true) {
    history.replaceState({ ...history.state, key: current.key }, '', to);
  } else {
    history.pushState({ key: newKey(), from: current.path }, '', to);
  }
  move('forward');
}

// Whether the page before this one in the history is the one of this path.
export function cameFromWithin(path: string): boolean {
  return (history.state as { from?: string } | null)?.from === path;
}

// To be called once the page shows what it showed before. A link may lead to a part of the page.
export function restoreScroll(): void {
  const part = current.arrival === 'forward' && location.hash !== '' ? document.getElementById(location.hash.slice(1)) : null;
  if (part !== null) part.scrollIntoView();
  else window.scrollTo(0, current.arrival === 'back' ? (scrollPositions.get(current.key) ?? 0) : 0);
}

// Something that covers the page until it is closed has an entry of its own in the history, so that going back closes it, as people
// on phones expect. Closing it in another way goes back, too. The entry shares the page's key: it is no change of page.
export function useOverlayEntry(onClose: () => void): () => void {
  const latest = useRef(onClose);
  latest.current = onClose;
  const closing = useRef(false);
  useEffect(() => {
    history.pushState({ ...history.state, key: current.key, overlay: true }, '');
    const address = location.href;
    const closed = () => {
      closing.current = true;
      latest.current();
    };
    window.addEventListener('popstate', closed);
    return () => {
      window.removeEventListener('popstate', closed);
      // It went without being closed, with what it showed.
      const isTop = (history.state as { overlay?: boolean } | null)?.overlay === true && location.href === address;
      if (isTop && !closing.current) history.back();
    };
  }, []);
  return () => {
    if (closing.current) return;
    closing.current = true;
    history.back();
  };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(current);
  useEffect(() => {
    listeners.add(setPlace);
    setPlace(current);
    return () => {
      listeners.delete(setPlace);
    };
  }, []);
  return place;
}

// Links stay links: a click with a modifier, a download, another target or another origin is the browser's.
function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest('a');
  if (link === null || link === undefined || link.target !== '' || link.hasAttribute('download')) return;
  if (link.origin !== location.origin || !ownsPath(link.pathname) || link.getAttribute('href')?.startsWith('#') === true) return;
  event.preventDefault();
  navigate(link.pathname + link.search + link.hash);
}
