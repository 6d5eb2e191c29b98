import { JobListSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { Editor } from '../appearance/editor.tsx';
import { Logo } from '../appearance/logo.tsx';
import { loadAppearance } from '../appearance/model.ts';
import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';
import { useMay } from '../state/application.tsx';
import { useResource } from '../state/resource.ts';

export function AppearancePage() {
  const { t } = useWords();
  const may = useMay('manager');
  const appearance = useResource('appearance', loadAppearance);
  const { value, failure } = appearance;
  return (
    <Page title={t('page.appearance')} ready={value !== null || failure !== null}>
      {failure !== null && <FailurePanel failure={failure} retry={appearance.reload} />}
      {failure === null && value === null && <JobListSkeleton />}
      {value?.portal.created === false && <NoPortalYet />}
      {value?.portal.created === true && (
        <>
          <Logo portal={value.portal} mayChange={may} onChange={(logo) => appearance.put((now) => ({ ...now, portal: { ...now.portal, ...logo } }))} />
          <Editor appearance={value} onSaved={(saved) => appearance.put((now) => ({ ...now, ...saved }))} />
        </>
      )}
    </Page>
  );
}

function NoPortalYet() {
  const { t } = useWords();
  return (
    <StatePanel icon="info" title={t('no_portal_yet.title')} text={t('no_portal_yet.text')}>
      <a class="button" href="/console">
        {t('action.to_overview')}
      </a>
    </StatePanel>
  );
}
