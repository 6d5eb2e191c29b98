import { useState } from 'preact/hooks';
import { PersonName } from '../../common/account/person_name.tsx';
import { hasCode } from '../../common/api/failure.ts';
import { languageOptions, languages, type Language } from '../../common/i18n/catalogues.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { emailErrors } from '../../common/state/input_rules.ts';
import { addStaff, changeRequestMail, changeRole, listStaff, removeStaff, resendStaffInvitation } from '../api/settings.ts';
import type { Role, StaffUser } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Radios } from '../parts/fields.tsx';
import { CancelButton, RowButton } from '../parts/row_button.tsx';
import { Switch } from '../parts/switch.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { useApp, useMay, useSession } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { useResource } from '../state/resource.ts';
import { useTimes } from '../state/times.ts';

const kRoles: readonly Role[] = ['owner', 'manager', 'viewer'];

type Open = { readonly act: 'add' } | { readonly act: 'role' | 'remove' | 'resend'; readonly user: StaffUser };

function nameOf(user: StaffUser): string {
  const name = [user.first_name, user.surname].filter(Boolean).join(' ');
  return name === '' ? user.email : name;
}

// Who of the business may do what here. Only owners change it.
export function StaffUsers() {
  const { t } = useWords();
  const may = useMay('owner');
  const times = useTimes();
  const session = useSession();
  const own = session.staff.id;
  const { setNotice, openSession } = useApp();
  const staff = useResource('staff', listStaff);
  const { open, show, close } = useDialogs<Open>();

  const mailWord = useMailWord();
  // Who changes the own mails here finds them changed in the own account, too.
  const changed = (user: StaffUser) => {
    staff.put((now) => ({ ...now, items: now.items.map((known) => (known.id === user.id ? user : known)) }));
    if (user.id === own) openSession({ ...session, staff: { ...session.staff, work_request_mail: user.work_request_mail } });
  };
  const columns: Column<StaffUser>[] = [
    {
      key: 'name',
      head: t('staff.name'),
      cell: (user) => (
        <>
          {nameOf(user)}
          {user.id === own && <span class="muted"> {t('staff.you')}</span>}
          {nameOf(user) !== user.email && <span class="muted block">{user.email}</span>}
        </>
      ),
    },
    { key: 'role', head: t('account.role'), whole: true, cell: (user) => t(`role.${user.role}`) },
    { key: 'state', head: t('staff.state'), whole: true, cell: (user) => t(`staff.state.${user.state}`) },
    { key: 'last', head: t('staff.last_sign_in'), whole: true, cell: (user) => times(user.last_sign_in_at, t('staff.never')) },
    {
      key: 'mail',
      head: t('request_mail.title'),
      whole: true,
      cell: (user) => (may ? <RequestMail user={user} onChanged={changed} /> : mailWord(user.work_request_mail)),
    },
  ];
  if (may) {
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (user) => (
        <span class="row-actions">
          <RowButton text={t('staff.change_role')} name={nameOf(user)} onClick={() => show({ act: 'role', user })} />
          {user.state === 'invited' && (
            <RowButton text={t('staff.resend')} name={nameOf(user)} onClick={() => show({ act: 'resend', user })} />
          )}
          <RowButton text={t('staff.remove')} name={nameOf(user)} onClick={() => show({ act: 'remove', user })} />
        </span>
      ),
    });
  }
  return (
    <section class="section" aria-labelledby="staff">
      <div class="section-head">
        <h2 id="staff">{t('staff.title')}</h2>
        {may && (
          <button type="button" class="button" onClick={() => show({ act: 'add' })}>
            {t('staff.add')}
          </button>
        )}
      </div>
      <p class="muted">{t(may ? 'staff.text' : 'staff.text_owners')}</p>
      {staff.failure !== null && <FailurePanel failure={staff.failure} retry={staff.reload} />}
      {staff.failure === null && staff.value === null && <RowsSkeleton />}
      {staff.value !== null && <Table label={t('staff.title')} columns={columns} items={staff.value.items} nameOf={nameOf} />}
      {open?.act === 'add' && (
        <AddStaff
          onClose={close}
          onAdded={(user) => {
            close();
            setNotice({ key: 'staff.added', values: { email: user.email } });
            staff.reload();
          }}
        />
      )}
      {open?.act === 'role' && (
        <ChangeRole
          user={open.user}
          onClose={close}
          onChanged={(user) => {
            close();
            setNotice({ key: 'staff.role_changed', values: { name: nameOf(user), role: t(`role.${user.role}`) } });
            staff.reload();
          }}
        />
      )}
      {open?.act === 'resend' && (
        <Confirm
          title={t('staff.resend_title', { name: nameOf(open.user) })}
          text={t('staff.resend_text', { email: open.user.email })}
          confirm={t('staff.resend')}
          confirming={t('staff.resending')}
          danger={false}
          request={() => resendStaffInvitation(open.user.id)}
          done={() => setNotice({ key: 'staff.resent', values: { email: open.user.email } })}
          onClose={close}
        />
      )}
      {open?.act === 'remove' && (
        <Confirm
          title={t('staff.remove_title', { name: nameOf(open.user) })}
          text={t('staff.remove_text')}
          confirm={t('staff.remove')}
          confirming={t('staff.removing')}
          request={() => removeStaff(open.user.id)}
          done={() => {
            setNotice({ key: 'staff.removed', values: { name: nameOf(open.user) } });
            staff.reload();
          }}
          // Somebody else was quicker.
          settled={(failure) => {
            if (!hasCode(failure, 'not_found')) return false;
            staff.reload();
            return true;
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

function useMailWord(): (on: boolean) => string {
  const { t } = useWords();
  return (on) => t(on ? 'request_mail.on' : 'request_mail.off');
}

function RequestMail({ user, onChanged }: { user: StaffUser; onChanged: (user: StaffUser) => void }) {
  const { t } = useWords();
  const mailWord = useMailWord();
  return (
    <Switch
      on={user.work_request_mail}
      text={mailWord}
      name={nameOf(user)}
      request={(on) => changeRequestMail(user.id, on)}
      said={(on) => t(on ? 'request_mail.now_on' : 'request_mail.now_off', { name: nameOf(user) })}
      done={onChanged}
    />
  );
}

function useRoleOptions() {
  const { t } = useWords();
  return kRoles.map((value) => ({ value, text: t(`role.${value}`), hint: t(`role.${value}_text`) }));
}

function AddStaff({ onClose, onAdded }: { onClose: () => void; onAdded: (user: StaffUser) => void }) {
  const translator = useWords();
  const { t } = translator;
  const roles = useRoleOptions();
  const [email, setEmail] = useState('');
  const [firstName, setFirstName] = useState('');
  const [surname, setSurname] = useState('');
  const [role, setRole] = useState<Role>('manager');
  const [language, setLanguage] = useState<Language>(translator.language);
  const submission = useFormSubmission(['email', 'first_name', 'surname', 'role', 'language']);
  const submit = () => {
    const names = { ...(firstName.trim() === '' ? {} : { first_name: firstName.trim() }), ...(surname.trim() === '' ? {} : { surname: surname.trim() }) };
    return submission.send({
      wrong: emailErrors(email.trim(), translator),
      request: () => addStaff({ email: email.trim(), role, language, ...names }),
      done: onAdded,
      refused: (failure) => (hasCode(failure, 'conflict') ? [{ field: 'email', text: t('staff.known') }] : null),
    });
  };
  return (
    <Dialog title={t('staff.add')} onClose={onClose}>
      <p class="muted">{t('staff.add_text')}</p>
      <Form
        label={t('staff.add')}
        state={submission}
        submit={t('staff.add_submit')}
        submitting={t('staff.resending')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submit()}
      >
        <TextField id="email" label={t('account.email')} errors={submission.errors} value={email} onInput={setEmail} type="email" autocomplete="off" />
        <PersonName firstName={firstName} surname={surname} onFirstName={setFirstName} onSurname={setSurname} errors={submission.errors} />
        <Radios id="role" legend={t('account.role')} options={roles} value={role} errors={submission.errors} onChange={(value) => setRole(value as Role)} />
        <Choice
          id="language"
          label={t('staff.language')}
          value={language}
          options={languageOptions(languages)}
          onChange={(value) => setLanguage(value as Language)}
        />
      </Form>
    </Dialog>
  );
}

function ChangeRole({ user, onClose, onChanged }: { user: StaffUser; onClose: () => void; onChanged: (user: StaffUser) => void }) {
  const { t } = useWords();
  const roles = useRoleOptions();
  const [role, setRole] = useState<Role>(user.role);
  const submission = useFormSubmission(['role']);
  return (
    <Dialog title={t('staff.role_title', { name: nameOf(user) })} onClose={onClose}>
      <Form
        label={t('staff.change_role')}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submission.send({ request: () => changeRole(user.id, role), done: onChanged })}
      >
        <Radios id="role" legend={t('account.role')} options={roles} value={role} errors={submission.errors} onChange={(value) => setRole(value as Role)} />
      </Form>
    </Dialog>
  );
}
