import { useState } from 'preact/hooks';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { isEmail } from '../../common/state/input_rules.ts';
import { memberName, sendConfirmation, type Member } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';

interface SendConfirmationProperties {
  member: Member;
  onClose: () => void;
  onSent: (member: Member) => void;
  // Nothing waits any more, or the person is gone: the list tells.
  onOver: () => void;
}

// The same address: its link goes out again. Another one takes its place, unless there is one that is confirmed.
export function SendConfirmation({ member, onClose, onSent, onOver }: SendConfirmationProperties) {
  const { t } = useWords();
  const [email, setEmail] = useState(member.pending_email ?? '');
  const submission = useFormSubmission(['email']);
  const name = memberName(member);
  const mayCorrect = member.email === null;

  const wrong = (): FormError[] => (isEmail(email.trim()) ? [] : [{ field: 'email', text: t('field.invalid_email') }]);
  const refused = (failure: Failure): readonly FormError[] | null => {
    if (hasCode(failure, 'in_use')) return [{ field: 'email', text: t('member.confirmation_taken') }];
    if (!hasCode(failure, 'conflict', 'not_found')) return null;
    onOver();
    return [{ field: null, text: t('member.confirmation_over') }];
  };
  const submit = () => {
    void submission.send({ wrong: wrong(), request: () => sendConfirmation(member.id, email.trim()), done: onSent, refused });
  };
  return (
    <Dialog title={t('member.confirmation_title', { name })} onClose={onClose}>
      <p>{mayCorrect ? t('member.confirmation_text', { name }) : t('member.confirmation_kept', { name, email: member.email ?? '' })}</p>
      <Form
        label={t('member.confirmation')}
        state={submission}
        submit={t('member.password_submit')}
        submitting={t('staff.resending')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={submit}
      >
        <TextField
          id="email"
          label={t('member.confirmation_email')}
          hint={t(mayCorrect ? 'member.confirmation_hint' : 'member.confirmation_link')}
          errors={submission.errors}
          value={email}
          onInput={setEmail}
          type="email"
          autocomplete="off"
          maxLength={254}
          readOnly={!mayCorrect}
        />
      </Form>
    </Dialog>
  );
}
