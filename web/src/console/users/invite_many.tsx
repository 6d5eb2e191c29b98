import { useState } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import type { Language } from '../../common/i18n/catalogues.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { allNotifications, availableNotifications, inviteMany, usualPermissions, type Channel, type Notification, type Permission } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { Radios } from '../parts/fields.tsx';
import { CancelButton } from '../parts/row_button.tsx';
import { useWorkFailure } from '../work/failure.ts';
import { startWork, type Result } from '../work/work.ts';
import { NoTemplates } from './no_templates.tsx';
import { LanguageChoice, NotificationBoxes, PermissionBoxes } from './options.tsx';

export interface Invitee {
  readonly id: string;
  readonly name: string;
}

const kBatch = 20;

// One invitation to each of many clients, to its first email or phone. It goes on while one does other things.
export function InviteMany({ clients, onClose }: { clients: readonly Invitee[]; onClose: () => void }) {
  const { t } = useWords();
  const failed = useWorkFailure();
  const [channel, setChannel] = useState<Channel | ''>('');
  const [permissions, setPermissions] = useState<readonly Permission[]>(usualPermissions);
  const [notifications, setNotifications] = useState<readonly Notification[]>(allNotifications);
  const [language, setLanguage] = useState<Language | ''>('');
  const submission = useFormSubmission([]);

  const run = async (indexes: readonly number[], signal: AbortSignal): Promise<readonly Result[]> => {
    const ids = indexes.map((index) => clients[index]!.id);
    const answer = await inviteMany({
      client_ids: ids,
      permissions,
      notifications: availableNotifications(permissions).filter((value) => notifications.includes(value)),
      ...(channel === '' ? {} : { channel }),
      ...(language === '' ? {} : { language }),
    });
    if (!answer.ok) {
      const result = failed(answer.failure, signal);
      const isOver = hasCode(answer.failure, 'permission_required', 'no_portal', 'too_many_requests');
      return ids.map((_, index) => (isOver && index > 0 ? 'stop' : result));
    }
    const outcomes = new Map(answer.value.items.map(({ client_id: id, outcome }) => [id, outcome]));
    return ids.map((id) => {
      const outcome = outcomes.get(id) ?? 'not_found';
      return outcome === 'invited' ? null : t(`many.outcome.${outcome}`);
    });
  };
  const start = () => {
    void startWork({ title: t('many.work', { count: clients.length }), names: clients.map(({ name }) => name), batch: kBatch, atOnce: 1, run });
    onClose();
  };
  return (
    <Dialog title={t('many.title')} onClose={onClose}>
      <NoTemplates />
      <p>{t('many.text', { count: clients.length })}</p>
      <Form
        label={t('many.title')}
        state={submission}
        submit={t('many.submit', { count: clients.length })}
        submitting={t('staff.resending')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={start}
      >
        <Radios
          id="channel"
          legend={t('member.channel')}
          options={[
            { value: '', text: t('many.channel_usual') },
            { value: 'email', text: t('many.channel_email') },
            { value: 'sms', text: t('many.channel_sms') },
          ]}
          value={channel}
          onChange={(value) => setChannel(value as Channel | '')}
        />
        <PermissionBoxes chosen={permissions} onChange={setPermissions} />
        <NotificationBoxes permissions={permissions} chosen={notifications} onChange={setNotifications} />
        <LanguageChoice value={language} onChange={setLanguage} />
      </Form>
    </Dialog>
  );
}
