import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { hasWaited } from '../focus.ts';
import { restoreScroll, usePlace } from '../history.ts';

interface PageHeadingProperties {
  // The browser's title: what the page is about, then the business.
  title: string;
  // A page that is still loading is not announced yet.
  ready?: boolean;
  // On the way back: where the reader was, if it is still there.
  returnTo?: () => HTMLElement | null;
  // What stands here took the place of something that the reader was using, so that the focus moves on the first load, too.
  takesPlace?: boolean;
  class?: string;
  children: ComponentChildren;
}

// Where the reader was when the page of a place began to load, and, once it was there, what had the focus then. It belongs to the place:
// while a page loads, one heading gives way to another, and some pages have none until their code is there.
let reader: { readonly place: string; readonly from: Element | null; readonly arrived: boolean } | null = null;

// For a page that is not there yet. Answers what it is the page of.
export function useWaiting(waits: boolean): string {
  const { key, path } = usePlace();
  const place = `${key} ${path}`;
  useLayoutEffect(() => {
    if (waits && reader?.place !== place) reader = { place, from: document.activeElement, arrived: false };
  }, []);
  return place;
}

// The one h1 of a page. A change of page sets the title and moves the focus here, so that it is read out; not from where the reader has
// gone meanwhile.
export function PageHeading({ title, ready = true, returnTo, takesPlace = false, class: className, children }: PageHeadingProperties) {
  const heading = useRef<HTMLHeadingElement>(null);
  const arrival = usePlace().arrival;
  const arrived = useRef(false);
  const place = useWaiting(!ready);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (!ready || arrived.current) return;
    arrived.current = true;
    if (arrival === 'load' && !takesPlace) return;
    const here = reader?.place === place ? reader : null;
    // Whoever has gone on, into a menu or a field, is left there.
    const hasGoneOn = !takesPlace && here !== null && !hasWaited(here.from);
    if (!hasGoneOn || !here.arrived) restoreScroll();
    if (!hasGoneOn) ((arrival === 'back' ? returnTo?.() : null) ?? heading.current)?.focus({ preventScroll: true });
    reader = { place, from: hasGoneOn ? here.from : document.activeElement, arrived: true };
  }, [ready]);
  return (
    <h1 ref={heading} tabIndex={-1} class={className}>
      {children}
    </h1>
  );
}
