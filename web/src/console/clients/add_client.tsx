import { useState } from 'preact/hooks';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { formErrors } from '../../common/parts/form_errors.ts';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { isEmail } from '../../common/state/input_rules.ts';
import { useShell } from '../../common/state/shell.tsx';
import { createClient, type Client, type ClientKind } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { Radios } from '../parts/fields.tsx';
import { CancelButton } from '../parts/row_button.tsx';
import { givenNames, missingNames, nameFields, noNames, renamePointers } from './fields.ts';
import { NameFields } from './name_fields.tsx';

const kFields = [...nameFields, 'client_email', 'client_phone'];

export function AddClient({ onClose, onAdded }: { onClose: () => void; onAdded: (client: Client) => void }) {
  const translator = useWords();
  const { t } = translator;
  const shell = useShell();
  const [kind, setKind] = useState<ClientKind>('organisation');
  const [names, setNames] = useState(noNames);
  const [email, setEmail] = useState('');
  const [phone, setPhone] = useState('');
  const submission = useFormSubmission(kFields);

  const contacts = [
    { kind: 'email', value: email.trim() },
    { kind: 'phone', value: phone.trim() },
  ] as const;
  const given = contacts.filter(({ value }) => value !== '');
  const wrong = (): FormError[] => [
    ...missingNames(kind, names, translator),
    ...(email.trim() === '' || isEmail(email.trim()) ? [] : [{ field: 'client_email', text: t('field.invalid_email') }]),
  ];
  const refused = (failure: Failure): readonly FormError[] | null => {
    if (hasCode(failure, 'conflict')) return [{ field: 'external_id', text: t('client.external_id_taken') }];
    if (!hasCode(failure, 'invalid_field')) return null;
    const renamed = renamePointers(failure, (pointer) =>
      pointer.replace(/^\/contacts\/(\d+)(\/.*)?$/, (_, index: string) => `/client_${given[Number(index)]?.kind ?? 'email'}`),
    );
    return formErrors(renamed, kFields, shell, translator);
  };
  const submit = () =>
    submission.send({
      wrong: wrong(),
      request: () => createClient({ kind, ...givenNames(kind, names), ...(given.length === 0 ? {} : { contacts: given }) }),
      done: onAdded,
      refused,
    });
  return (
    <Dialog title={t('clients.add')} onClose={onClose}>
      <Form
        label={t('clients.add')}
        state={submission}
        submit={t('clients.add_submit')}
        submitting={t('account.saving')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() => void submit()}
      >
        <Radios
          id="kind"
          legend={t('client.kind')}
          options={(['organisation', 'person'] as const).map((value) => ({ value, text: t(`client.kind.${value}`) }))}
          value={kind}
          onChange={(value) => setKind(value as ClientKind)}
        />
        <NameFields kind={kind} values={names} errors={submission.errors} onChange={setNames} />
        <TextField
          id="client_email"
          label={t('client.email')}
          hint={t('client.contact_hint')}
          errors={submission.errors}
          value={email}
          onInput={setEmail}
          type="email"
          autocomplete="off"
          maxLength={254}
          optional
        />
        <TextField
          id="client_phone"
          label={t('client.phone')}
          errors={submission.errors}
          value={phone}
          onInput={setPhone}
          type="tel"
          autocomplete="off"
          maxLength={50}
          optional
        />
      </Form>
    </Dialog>
  );
}
