import { useEffect, useState } from 'preact/hooks';
import { call, type MyNotifications, type Notification, type Outcome, type Session } from '../../common/api/client.ts';
import { Form } from '../../common/parts/form.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { useShell } from '../../common/state/shell.tsx';
import { useMailWords } from '../i18n/mails.ts';
import { useApp } from '../state/application.tsx';

// Of what the member is told by mail, for the client that is shown.
export function Mails({ session }: { session: Session }) {
  const { t } = useMailWords();
  const { handleFailure } = useShell();
  const { member, membership } = session;
  const [answer, setAnswer] = useState<Outcome<MyNotifications> | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    void call('get', '/me/notifications', { signal: abort.signal, membership: membership.id }).then((result) => {
      if (abort.signal.aborted || (!result.ok && handleFailure(result.failure))) return;
      setAnswer(result);
    });
    return () => abort.abort();
  }, [attempt]);
  return (
    <section class="section" aria-labelledby="mails">
      <h2 id="mails">{t('mails.title')}</h2>
      <p class="muted">{t('mails.text', { email: member.email ?? '', client: membership.client.name })}</p>
      {answer === null && <RowsSkeleton />}
      {answer?.ok === false && <FailurePanel failure={answer.failure} retry={() => setAttempt(attempt + 1)} />}
      {answer?.ok === true && answer.value.available.length === 0 && <p>{t('mails.none')}</p>}
      {answer?.ok === true && answer.value.available.length > 0 && <Choice membership={membership.id} former={answer.value} />}
    </section>
  );
}

function Choice({ membership, former }: { membership: string; former: MyNotifications }) {
  const { t } = useMailWords();
  const { setNotice } = useApp();
  // What is ticked and tells nothing at present stays as it is.
  const [chosen, setChosen] = useState<readonly Notification[]>(former.notifications);
  const submission = useFormSubmission(['notifications']);
  const submit = () =>
    submission.send({
      request: () => call('put', '/me/notifications', { body: { notifications: [...chosen] }, membership }),
      done: (saved) => {
        setChosen(saved.notifications);
        setNotice({ key: 'account.saved' });
      },
    });
  return (
    <Form label={t('mails.title')} state={submission} submit={t('mails.save')} submitting={t('account.saving')} onSubmit={() => void submit()}>
      <fieldset class="field">
        <legend>{t('mails.legend')}</legend>
        {former.available.map((value, index) => (
          <label key={value} class="check">
            <input
              // The first one takes the focus from the summary of errors.
              id={index === 0 ? 'notifications' : `notifications-${value}`}
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={({ currentTarget: { checked } }) => setChosen(checked ? [...chosen, value] : chosen.filter((other) => other !== value))}
            />
            <span>{t(`mails.${value}`)}</span>
          </label>
        ))}
      </fieldset>
    </Form>
  );
}
