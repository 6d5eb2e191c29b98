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

// The one h1 of a page. A change of page sets the title and moves the focus here, so that it is read out; not from where the reader has
// gone meanwhile.
export function PageHeading({ title, ready = true, returnTo, takesPlace = false, class: className, children }: PageHeadingProperties) {
  const heading = useRef<HTMLHeadingElement>(null);
  const arrival = usePlace().arrival;
  const arrived = useRef(false);
  const waitsFrom = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (!ready) waitsFrom.current = document.activeElement;
  }, []);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (!ready || arrived.current) return;
    arrived.current = true;
    if (arrival === 'load' && !takesPlace) return;
    restoreScroll();
    // Whoever has gone on while the page was loading, into a menu or a field, is left there.
    if (waitsFrom.current !== null && !hasWaited(waitsFrom.current)) return;
    const target = (arrival === 'back' ? returnTo?.() : null) ?? heading.current;
    target?.focus({ preventScroll: true });
  }, [ready]);
  return (
    <h1 ref={heading} tabIndex={-1} class={className}>
      {children}
    </h1>
  );
}
