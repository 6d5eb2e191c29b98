import { useState } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { updateClient, type Client } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';
import { changedNames, missingNames, nameFields, namesOf } from './fields.ts';
import { NameFields } from './name_fields.tsx';

export function EditClient({ client, onClose, onChanged }: { client: Client; onClose: () => void; onChanged: (client: Client) => void }) {
  const translator = useWords();
  const { t } = translator;
  const [names, setNames] = useState(namesOf(client));
  const submission = useFormSubmission(nameFields);
  const submit = () => {
    const changed = changedNames(client, names);
    if (Object.keys(changed).length === 0) return onClose();
    void submission.send({
      wrong: missingNames(client.kind, names, translator),
      request: () => updateClient(client.id, changed),
      done: onChanged,
      refused: (failure) => (hasCode(failure, 'conflict') ? [{ field: 'external_id', text: t('client.external_id_taken') }] : null),
    });
  };
  return (
    <Dialog title={t('client.edit_title', { name: client.name })} onClose={onClose}>
      <Form
        label={t('client.edit')}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={submit}
      >
        <NameFields kind={client.kind} values={names} errors={submission.errors} onChange={setNames} />
      </Form>
    </Dialog>
  );
}
