import { useState } from 'preact/hooks';
import type { Language } from '../../common/i18n/catalogues.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { changeMember, memberName, permissions as allPermissions, type Member, type MemberUpdate, type Notification, type Permission } from '../api/members.ts';
import { textOrNull } from '../clients/fields.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';
import { LanguageChoice, NotificationBoxes, PermissionBoxes } from './options.tsx';

const kNames = ['first_name', 'surname', 'job_title'] as const;

export function EditMember({ member, onClose, onChanged }: { member: Member; onClose: () => void; onChanged: (member: Member) => void }) {
  const { t } = useWords();
  const [names, setNames] = useState({ first_name: member.first_name ?? '', surname: member.surname ?? '', job_title: member.job_title ?? '' });
  const [permissions, setPermissions] = useState<readonly Permission[]>(member.permissions);
  const [notifications, setNotifications] = useState<readonly Notification[]>(member.notifications);
  const [language, setLanguage] = useState<Language | ''>(member.language ?? '');
  const submission = useFormSubmission([...kNames, 'permissions', 'notifications', 'language']);

  const sorted = (values: readonly Permission[]) => allPermissions.filter((value) => values.includes(value)).join();
  const changes = (): MemberUpdate => ({
    ...Object.fromEntries(kNames.flatMap((name) => (names[name].trim() === (member[name] ?? '') ? [] : [[name, textOrNull(names[name])]]))),
    ...(sorted(permissions) === sorted(member.permissions) ? {} : { permissions, former_permissions: member.permissions }),
    ...([...notifications].sort().join() === [...member.notifications].sort().join() ? {} : { notifications }),
    ...(language === (member.language ?? '') ? {} : { language: language === '' ? null : language }),
  });
  const submit = () => {
    const body = changes();
    if (Object.keys(body).length === 0) return onClose();
    void submission.send({ request: () => changeMember(member.id, body), done: onChanged });
  };
  const labels = { first_name: t('account.first_name'), surname: t('account.surname'), job_title: t('member.job_title') };
  return (
    <Dialog title={t('member.edit_title', { name: memberName(member), client: member.client.name })} onClose={onClose} wide>
      <Form
        label={t('member.edit')}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={submit}
      >
        {kNames.map((name) => (
          <TextField
            key={name}
            id={name}
            label={labels[name]}
            errors={submission.errors}
            value={names[name]}
            onInput={(value) => setNames({ ...names, [name]: value })}
            type="text"
            autocomplete="off"
            maxLength={name === 'job_title' ? 100 : 50}
            optional
          />
        ))}
        <PermissionBoxes chosen={permissions} errors={submission.errors} onChange={setPermissions} />
        <NotificationBoxes permissions={permissions} chosen={notifications} errors={submission.errors} onChange={setNotifications} />
        <LanguageChoice value={language} onChange={setLanguage} />
      </Form>
    </Dialog>
  );
}
