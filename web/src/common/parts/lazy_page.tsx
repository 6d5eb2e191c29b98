import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../api/failure.ts';
import { useTranslator } from '../i18n/language.tsx';
import { useShell } from '../state/shell.tsx';
import { PageHeading, useWaiting } from './heading.tsx';
import { RowsSkeleton } from './skeletons.tsx';

// Pages whose code is no part of the first visit: it comes when somebody has been signed in for kPauseMilliseconds, at the latest when the
// page is opened.

const kPauseMilliseconds = 2000;

interface Waiting {
  readonly ensure: () => Promise<unknown>;
  readonly needs: string | null;
}

const waiting: Waiting[] = [];

// `needs` names the permission without which the page is of no use.
export function lazyPage<Properties extends object>(load: () => Promise<ComponentType<Properties>>, needs: string | null = null): ComponentType<Properties> {
  let page: ComponentType<Properties> | null = null;
  const ensure = async () => (page ??= await load());
  waiting.push({ ensure, needs });
  return function LazyPage(properties: Properties) {
    useWaiting(page === null);
    const [attempt, setAttempt] = useState(0);
    const [state, setState] = useState<'loading' | 'ready' | 'failed'>(page === null ? 'loading' : 'ready');
    useEffect(() => {
      if (state === 'ready') return undefined;
      let left = false;
      const settle = (next: 'ready' | 'failed') => left || setState(next);
      void ensure().then(
        () => settle('ready'),
        () => settle('failed'),
      );
      return () => (left = true);
    }, [attempt]);
    const Page = page;
    if (Page !== null) return <Page {...properties} />;
    if (state === 'failed') return <LoadFailure again={() => setAttempt(attempt + 1)} />;
    return <RowsSkeleton />;
  };
}

// Once the session has been there for a moment, in which the page that was opened asks for what it needs; one after the other. What cannot be
// had now is asked for again when its page is opened. Whoever may not see a page does not load it.
export function useLazyPages(wanted: boolean, held: readonly string[] = []): void {
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = setTimeout(() => {
      const useful = waiting.filter(({ needs }) => needs === null || held.includes(needs));
      void useful.reduce((before, { ensure }) => before.then(ensure), Promise.resolve<unknown>(undefined)).catch(() => undefined);
    }, kPauseMilliseconds);
    return () => clearTimeout(timer);
  }, [wanted, held.join(' ')]);
}

function LoadFailure({ again }: { again: () => void }) {
  const translator = useTranslator();
  const { describe, pageTitle } = useShell();
  const failure: Failure = { kind: navigator.onLine ? 'network' : 'offline' };
  const title = translator.t('error.title');
  return (
    <div class="state" role="alert">
      <PageHeading title={pageTitle(title)}>{title}</PageHeading>
      <p>{describe(failure, translator)}</p>
      <div class="state-actions">
        {/* A newer version of the pages may have taken the place of the files, and some browsers ask only once. */}
        <button type="button" class="button" onClick={() => (navigator.onLine ? location.reload() : again())}>
          {translator.t('action.try_again')}
        </button>
      </div>
    </div>
  );
}
