import { useLayoutEffect, type MutableRef } from 'preact/hooks';

// A list that changes while somebody reads it: what is in view stays where it is, and so does the focus, also when its item has moved or
// gone. Items have `data-item` with their id. Browsers that keep the place by themselves are told not to (.steady).

interface Moment {
  // In view, from the top.
  readonly inView: readonly { readonly id: string; readonly top: number }[];
  readonly focused: { readonly id: string; readonly index: number; readonly element: HTMLElement } | null;
}

export function useSteady(list: MutableRef<HTMLElement | null>): void {
  // While this is drawn the page still shows what was before.
  const before = list.current === null ? null : look(list.current);
  useLayoutEffect(() => {
    if (before !== null && list.current !== null) restore(list.current, before);
  });
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[data-item]')];
}

function idOf(item: HTMLElement): string {
  return item.dataset['item'] ?? '';
}

function look(list: HTMLElement): Moment {
  const items = itemsOf(list);
  const element = document.activeElement;
  const index = element instanceof HTMLElement ? items.findIndex((item) => item.contains(element)) : -1;
  const focused = index === -1 ? null : { id: idOf(items[index]!), index, element: element as HTMLElement };
  // At its top the page shows what is new.
  if (window.scrollY <= 0) return { inView: [], focused };
  const inView = items
    .map((item) => ({ id: idOf(item), ...boundsOf(item) }))
    .filter(({ top, bottom }) => bottom > 0 && top < window.innerHeight)
    .map(({ id, top }) => ({ id, top }));
  return { inView, focused };
}

function boundsOf(item: HTMLElement): { top: number; bottom: number } {
  const { top, bottom } = item.getBoundingClientRect();
  return { top, bottom };
}

function restore(list: HTMLElement, { inView, focused }: Moment): void {
  const items = itemsOf(list);
  const byId = new Map(items.map((item) => [idOf(item), item]));
  if (focused !== null && (document.activeElement === null || document.activeElement === document.body)) {
    const item = byId.get(focused.id) ?? items[Math.min(focused.index, items.length - 1)];
    const target = focused.element.isConnected ? focused.element : item?.querySelector<HTMLElement>('a, button');
    (target ?? document.querySelector('h1'))?.focus({ preventScroll: true });
  }
  // Where the item that was first is gone, the next one that is still there.
  const kept = inView.find(({ id }) => byId.has(id));
  if (kept === undefined) return;
  const moved = byId.get(kept.id)!.getBoundingClientRect().top - kept.top;
  if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' });
}
