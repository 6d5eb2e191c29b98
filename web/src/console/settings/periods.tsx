import { Choice } from '../../common/parts/choice.tsx';
import { Form } from '../../common/parts/form.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { updatePortal } from '../api/portal.ts';
import { readPortal } from '../api/staff.ts';
import type { StaffPortal } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { LeaveGuard, UnsavedNote } from '../parts/unsaved.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { changedValues, useFollow, useForm } from '../state/form.ts';
import { useResource } from '../state/resource.ts';

const kInvitationDays: readonly number[] = [1, 3, 7, 14, 30];
const kActivityDays: readonly number[] = [30, 90, 180, 365, 730, 1825, 3650];

// How long links are good and how long it is kept who did what. Before there is a portal there is nothing to set.
export function Periods() {
  const { t } = useWords();
  const portal = useResource('portal', readPortal);
  if (portal.value?.created === false) return null;
  return (
    <section class="section" aria-labelledby="periods">
      <h2 id="periods">{t('periods.title')}</h2>
      {portal.failure !== null && <FailurePanel failure={portal.failure} retry={portal.reload} />}
      {portal.failure === null && portal.value === null && <RowsSkeleton />}
      {portal.value !== null && <PeriodsForm portal={portal.value} onSaved={portal.put} />}
    </section>
  );
}

function valuesOf({ invitation_days, activity_days }: StaffPortal) {
  return { invitation_days, activity_days };
}

function PeriodsForm({ portal, onSaved }: { portal: StaffPortal; onSaved: (portal: StaffPortal) => void }) {
  const { t } = useWords();
  const { setNotice } = useApp();
  const may = useMay('manager');
  const form = useForm(valuesOf(portal));
  const submission = useFormSubmission(['invitation_days', 'activity_days']);
  useFollow(form, portal, valuesOf, submission.busy);
  // What was set elsewhere is offered, too.
  const options = (choices: readonly number[], current: number) =>
    [...new Set([...choices, current])].sort((a, b) => a - b).map((days) => ({ value: String(days), text: t('periods.days', { count: days }) }));
  const submit = () =>
    submission.send({
      request: () => updatePortal(changedValues(form)),
      done: (saved) => {
        form.follow(form.values, valuesOf(saved));
        onSaved(saved);
        setNotice({ key: 'account.saved' });
      },
    });
  return (
    <>
      <Form
        label={t('periods.title')}
        class="form-framed"
        state={submission}
        submit={t('appearance.save')}
        submitting={t('appearance.saving')}
        footer={<UnsavedNote form={form} submission={submission} />}
        hideSubmit={!may}
        onSubmit={() => void submit()}
      >
        <fieldset class="form-part" disabled={!may}>
          <Choice
            id="invitation_days"
            label={t('periods.invitation')}
            value={String(form.values.invitation_days)}
            options={options(kInvitationDays, form.saved.invitation_days)}
            onChange={(days) => form.set('invitation_days', Number(days))}
          />
          <Choice
            id="activity_days"
            label={t('periods.activity')}
            value={String(form.values.activity_days)}
            options={options(kActivityDays, form.saved.activity_days)}
            onChange={(days) => form.set('activity_days', Number(days))}
          />
        </fieldset>
      </Form>
      <LeaveGuard dirty={form.dirty} />
    </>
  );
}
