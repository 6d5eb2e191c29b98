import { useState } from 'preact/hooks';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { lazyPage } from '../../common/parts/lazy_page.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { memberName, type Member } from '../api/members.ts';
import { openView, type View } from '../api/view.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';

const Seen = lazyPage(async () => (await import('./seen.tsx')).Seen);

// What a member sees, to be looked at by staff: first why, which stands in the activity, then the portal, without a way to change anything.
export function ViewAs({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useWords();
  const [view, setView] = useState<View | null>(null);
  const [reason, setReason] = useState('');
  const submission = useFormSubmission(['reason']);
  const title = t('view.title', { name: memberName(member) });
  if (view !== null) {
    return (
      <Dialog key="seen" title={title} onClose={onClose} wide>
        <Seen member={member} view={view} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog key="why" title={title} onClose={onClose}>
      <p>{t('view.text')}</p>
      <Form
        label={title}
        state={submission}
        submit={t('view.submit')}
        submitting={t('view.opening')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() =>
          void submission.send({
            wrong: [...reason.trim()].length < 3 ? [{ field: 'reason', text: t('view.reason_missing') }] : [],
            request: () => openView(member.id, reason.trim()),
            done: setView,
          })
        }
      >
        <TextField
          id="reason"
          label={t('view.reason')}
          hint={t('view.reason_hint')}
          errors={submission.errors}
          value={reason}
          onInput={setReason}
          type="text"
          autocomplete="off"
          maxLength={500}
        />
      </Form>
    </Dialog>
  );
}
