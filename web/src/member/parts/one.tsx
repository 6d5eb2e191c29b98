import type { ComponentChildren } from 'preact';
import { PageHeading } from '../../common/parts/heading.tsx';
import { useWords } from '../i18n/words.ts';
import { pageTitle } from '../pages/title.ts';
import { useApp } from '../state/application.tsx';

// What the pages of one thing have in common.

interface MissingProperties {
  title: string;
  text: string;
  // The way back.
  path: string;
  back: string;
}

// One of somebody else and one that never was look alike.
export function Missing({ title, text, path, back }: MissingProperties) {
  const { portal } = useApp();
  return (
    <>
      <PageHeading title={pageTitle(title, portal.name)}>{title}</PageHeading>
      <p>{text}</p>
      <p>
        <a class="button" href={path}>
          {back}
        </a>
      </p>
    </>
  );
}

// The heading until there is something to name.
export function Waiting({ title, failed }: { title: string; failed: boolean }) {
  const { t } = useWords();
  const { portal } = useApp();
  return (
    <PageHeading title={pageTitle(title, portal.name)} ready={failed} class="visually-hidden">
      {t(failed ? 'error.title' : 'loading')}
    </PageHeading>
  );
}

export function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
