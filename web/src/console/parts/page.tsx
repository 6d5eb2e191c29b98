import type { ComponentChildren } from 'preact';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useShell } from '../../common/state/shell.tsx';

interface PageProperties {
  title: string;
  ready?: boolean;
  takesPlace?: boolean;
  // What can be done with all of the page, beside its heading.
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

// The frame of every page of the console: its heading, what can be done, its content.
export function Page({ title, ready = true, takesPlace = false, actions, children }: PageProperties) {
  const { pageTitle } = useShell();
  return (
    <>
      <div class="page-head">
        <PageHeading title={pageTitle(title)} ready={ready} takesPlace={takesPlace}>
          {title}
        </PageHeading>
        {actions !== undefined && <div class="page-actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}
