import { useState } from 'preact/hooks';
import type { Language } from '../../common/i18n/catalogues.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { sendTest } from '../api/layouts.ts';
import type { Channel } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';
import { useApp, useSession } from '../state/application.tsx';

interface SendTestProperties {
  channel: Channel;
  language: Language;
  // What is typed and not saved is not part of it.
  dirty: boolean;
  onClose: () => void;
}

export function SendTest({ channel, language, dirty, onClose }: SendTestProperties) {
  const { t } = useWords();
  const { setNotice } = useApp();
  const { email } = useSession().staff;
  const [phone, setPhone] = useState('');
  const submission = useFormSubmission(['phone']);
  const title = t(`layout.test_${channel}`);
  const submit = () =>
    submission.send({
      wrong: channel === 'sms' && phone.trim() === '' ? [{ field: 'phone', text: t('problem.field.required') }] : [],
      request: () => sendTest({ language, channel, ...(channel === 'sms' ? { phone: phone.trim() } : {}) }),
      done: () => {
        onClose();
        setNotice({ key: 'layout.test_sent', values: { address: channel === 'email' ? email : phone.trim() } });
      },
    });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{channel === 'email' ? t('layout.test_email_text', { email }) : t('layout.test_sms_text')}</p>
      {dirty && <p class="warning">{t('layout.test_saved_only')}</p>}
      <Form
        label={title}
        state={submission}
        submit={t('layout.test_submit')}
        submitting={t('staff.resending')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submit()}
      >
        {channel === 'sms' && (
          <TextField
            id="phone"
            label={t('layout.test_phone')}
            errors={submission.errors}
            value={phone}
            onInput={setPhone}
            type="tel"
            autocomplete="tel"
            maxLength={50}
          />
        )}
      </Form>
    </Dialog>
  );
}
