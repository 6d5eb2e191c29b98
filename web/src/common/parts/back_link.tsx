import type { ComponentChildren } from 'preact';
import { cameFromWithin } from '../history.ts';
import { Icon } from './icon.tsx';

// Goes back in the history where the list is the page before, so that filters and position are kept; otherwise to the list.
export function BackLink({ path, children }: { path: string; children: ComponentChildren }) {
  return (
    <a
      class="back-link"
      href={path}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || !cameFromWithin(path)) return;
        event.preventDefault();
        history.back();
      }}
    >
      <Icon name="chevron-left" />
      {children}
    </a>
  );
}
