import { useState } from 'preact/hooks';
import { Dialog } from '../../common/parts/dialog.tsx';
import { Form } from '../../common/parts/form.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { changeDocument, type FiledDocument } from '../api/documents.ts';
import { listMembers, memberName } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { CheckBoxes } from '../parts/fields.tsx';
import { CancelButton } from '../parts/row_button.tsx';
import { useResource } from '../state/resource.ts';

interface HiddenFromProperties {
  document: FiledDocument;
  onClose: () => void;
  onChanged: (document: FiledDocument) => void;
}

// Who of the client does not see this one although it is shown.
export function HiddenFrom({ document, onClose, onChanged }: HiddenFromProperties) {
  const { t } = useWords();
  const [hidden, setHidden] = useState<readonly string[]>(document.hidden_from);
  const submission = useFormSubmission(['hidden_from']);
  const members = useResource(`members_of ${document.client.id}`, (signal) => listMembers({ client_id: document.client.id }, { limit: 100 }, signal));
  const people = (members.value?.items ?? []).filter(({ id, state }) => document.hidden_from.includes(id) || !['cancelled', 'removed'].includes(state));
  // Somebody beyond the first hundred stays hidden from.
  const unseen = document.hidden_from.filter((id) => !people.some((member) => member.id === id));
  const title = t('filed.hidden_title', { name: document.name });
  return (
    <Dialog title={title} onClose={onClose}>
      {members.failure !== null && <FailurePanel failure={members.failure} retry={members.reload} />}
      {members.failure === null && members.value === null && <RowsSkeleton />}
      {members.value !== null && people.length === 0 && (
        <>
          <p>{t('filed.nobody', { client: document.client.name })}</p>
          <div class="actions">
            <CancelButton onClose={onClose} />
          </div>
        </>
      )}
      {members.value !== null && people.length > 0 && (
        <Form
          label={title}
          state={submission}
          submit={t('account.save')}
          submitting={t('account.saving')}
          footer={<CancelButton onClose={onClose} />}
          onSubmit={() =>
            void submission.send({ request: () => changeDocument(document.id, { hidden_from: [...unseen, ...hidden.filter((id) => !unseen.includes(id))], former_hidden_from: document.hidden_from }), done: onChanged })
          }
        >
          <CheckBoxes
            id="hidden_from"
            legend={t('filed.hidden_legend')}
            hint={t('filed.hidden_hint')}
            options={people.map((member) => ({ value: member.id, text: memberName(member), hint: member.email ?? member.phone ?? undefined }))}
            chosen={hidden}
            errors={submission.errors}
            many
            onChange={setHidden}
          />
        </Form>
      )}
    </Dialog>
  );
}
