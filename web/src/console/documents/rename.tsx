import { useState } from 'preact/hooks';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { changeDocument, type FiledDocument } from '../api/documents.ts';
import { useWords } from '../i18n/words.ts';
import { CancelButton } from '../parts/row_button.tsx';

interface RenameProperties {
  document: FiledDocument;
  onClose: () => void;
  onChanged: (document: FiledDocument) => void;
}

export function Rename({ document, onClose, onChanged }: RenameProperties) {
  const { t } = useWords();
  const [name, setName] = useState(document.name);
  const submission = useFormSubmission(['name']);
  const title = t('filed.rename_title', { name: document.name });
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        label={title}
        state={submission}
        submit={t('account.save')}
        submitting={t('account.saving')}
        footer={<CancelButton onClose={onClose} />}
        onSubmit={() =>
          void submission.send({
            wrong: name.trim() === '' ? [{ field: 'name', text: t('problem.field.required') }] : [],
            request: () => changeDocument(document.id, { name: name.trim() }),
            done: onChanged,
          })
        }
      >
        <TextField id="name" label={t('staff.name')} errors={submission.errors} value={name} onInput={setName} type="text" autocomplete="off" maxLength={300} />
      </Form>
    </Dialog>
  );
}
