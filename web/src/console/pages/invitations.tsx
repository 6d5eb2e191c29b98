import { JobListSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { readLayouts } from '../api/layouts.ts';
import { useWords } from '../i18n/words.ts';
import { InvitationEditor } from '../invitations/editor.tsx';
import { Page } from '../parts/page.tsx';
import { useResource } from '../state/resource.ts';

export function InvitationsPage() {
  const { t } = useWords();
  const layouts = useResource('invitation_layouts', readLayouts);
  const { value, failure } = layouts;
  return (
    <Page title={t('page.invitations')} ready={value !== null || failure !== null}>
      <p class="muted">{t('layout.intro')}</p>
      {failure !== null && <FailurePanel failure={failure} retry={layouts.reload} />}
      {failure === null && value === null && <JobListSkeleton />}
      {value !== null && <InvitationEditor layouts={value} onSaved={layouts.put} />}
    </Page>
  );
}
