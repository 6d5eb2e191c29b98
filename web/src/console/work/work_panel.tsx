import { useEffect } from 'preact/hooks';
import { announce } from '../../common/parts/announcer.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { cancelItem, cancelWork, countOf, dismissWork, useWorks, type Work } from './work.ts';

const kMostShown = 50;

// Stands above every page while something is under way, and until its summary has been read.
export function WorkPanel() {
  const { t } = useWords();
  const works = useWorks();
  const running = works.some((work) => work.running);
  useEffect(() => {
    if (!running) return undefined;
    // Another page of the console lets it go on; leaving the console ends it.
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [running]);
  if (works.length === 0) return null;
  return (
    <section class="works" aria-label={t('work.title')}>
      {works.map((work) => (
        <OneWork key={work.id} work={work} />
      ))}
    </section>
  );
}

function OneWork({ work }: { work: Work }) {
  const { t } = useWords();
  const { id, title, items, running, single } = work;
  const total = items.length;
  const ended = countOf(work, 'done', 'failed', 'cancelled');
  const done = countOf(work, 'done');
  const failed = items.filter(({ state }) => state === 'failed');
  const cancelled = countOf(work, 'cancelled');
  const shares = items.reduce((sum, { state, share }) => sum + (state === 'running' ? share : 0), 0);
  const summary = [
    t('work.done', { count: done }),
    ...(failed.length > 0 ? [t('work.failed', { count: failed.length })] : []),
    ...(cancelled > 0 ? [t('work.cancelled', { count: cancelled })] : []),
  ].join(' ');
  useEffect(() => announce(running ? title : `${title}: ${summary}`), [running]);
  return (
    <div class="work">
      <div class="work-head">
        <p>
          <strong>{title}</strong>
          <span class="muted block">{running ? t('work.count', { done: ended, total }) : summary}</span>
        </p>
        {running ? (
          <button type="button" class="button" aria-label={`${t('work.cancel')}: ${title}`} onClick={() => cancelWork(id)}>
            {t('work.cancel')}
          </button>
        ) : (
          <button type="button" class="button button-icon" aria-label={`${t('action.close')}: ${title}`} onClick={() => dismissWork(id)}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {running && <progress max={total} value={ended + shares} aria-label={title} />}
      {running && single && (
        <ul class="work-items">
          {items.map(
            (item, index) =>
              (item.state === 'running' || item.state === 'waiting') && (
                <li key={index}>
                  <span class="work-name">{item.name}</span>
                  <progress max={1} value={item.share} aria-label={item.name} />
                  <button
                    type="button"
                    class="button button-quiet"
                    aria-label={`${t('action.cancel')}: ${item.name}`}
                    onClick={() => cancelItem(id, index)}
                  >
                    {t('action.cancel')}
                  </button>
                </li>
              ),
          )}
        </ul>
      )}
      {failed.length > 0 && (
        <ul class="work-failures">
          {failed.slice(0, kMostShown).map(({ name, problem }, index) => (
            <li key={index}>
              <Icon name="alert" />
              <span>
                <strong>{name}</strong>: {problem}
              </span>
            </li>
          ))}
          {failed.length > kMostShown && <li>{t('work.more_failed', { count: failed.length - kMostShown })}</li>}
        </ul>
      )}
    </div>
  );
}
