import { useEffect } from 'preact/hooks';
import { describeFailure, type Failure } from '../api/failure.ts';
import { useTranslator } from '../i18n/language.tsx';
import { PageHeading } from './heading.tsx';
import { Icon } from './icon.tsx';
import { RequestId } from './states.tsx';

// The whole page when not even the portal's name is known: there is no portal, or it cannot be reached.
export function StandaloneFailure({ failure, missing, retry }: { failure: Failure; missing: boolean; retry: () => void }) {
  const translator = useTranslator();
  const { t } = translator;
  useEffect(() => {
    window.addEventListener('online', retry);
    return () => window.removeEventListener('online', retry);
  }, [retry]);
  // A portal that is away for a moment says when to come back; not everybody comes in the same second.
  const wait = failure.kind === 'problem' && !missing ? failure.retryAfterSeconds : null;
  useEffect(() => {
    if (wait === null) return undefined;
    const timer = setTimeout(retry, (wait + Math.random()) * 1000);
    return () => clearTimeout(timer);
  }, [failure]);
  const title = t(missing ? 'no_portal.title' : 'error.title');
  return (
    <main class="state state-page">
      <Icon name={missing ? 'info' : 'alert'} class="icon icon-large" />
      <PageHeading title={title}>{title}</PageHeading>
      <p>{missing ? t('no_portal.text') : describeFailure(failure, translator, '')}</p>
      {!missing && (
        <div class="state-actions">
          <button type="button" class="button" onClick={retry}>
            {t('action.try_again')}
          </button>
        </div>
      )}
      <RequestId failure={failure} />
    </main>
  );
}
