import { hasCode } from '../../common/api/failure.ts';
import { listKey } from '../../common/lists/seen.ts';
import { useList } from '../../common/lists/use_list.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useAttempt } from '../../common/state/attempt.ts';
import { useShell } from '../../common/state/shell.tsx';
import { listFailedMessages, retryMessage } from '../api/settings.ts';
import type { MessageList, StaffMessage } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { Table, type Column } from '../parts/table.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useTimes } from '../state/times.ts';

const kKinds: readonly string[] = [
  'invitation',
  'password_reset',
  'email_confirmation',
  'password_changed',
  'email_changed',
  'welcome',
  'staff_invitation',
  'staff_password_reset',
  'staff_password_changed',
  'invitation_test',
  'mail_test',
  'work_request_submitted',
  'work_request_cancelled',
  'work_request_answered',
];

// Mails and text messages that were given up, with what the other side said.
export function FailedMessages() {
  const translator = useWords();
  const { t } = translator;
  const { describe } = useShell();
  const may = useMay('manager');
  const times = useTimes();
  const list = useList<MessageList>(listKey('failed_messages', null), (part, _, signal) => listFailedMessages(part, signal));
  const { loaded, failure } = list;
  const columns: Column<StaffMessage>[] = [
    { key: 'recipient', head: t('messages.recipient'), cell: ({ recipient }) => recipient },
    { key: 'kind', head: t('messages.kind'), cell: ({ kind }) => (kKinds.includes(kind) ? t(`messages.kind.${kind as 'invitation'}`) : t('messages.kind.other')) },
    { key: 'failed', head: t('messages.failed_at'), cell: ({ failed_at: at, created_at: created }) => times(at ?? created, '') },
    { key: 'reason', head: t('messages.reason'), cell: ({ reason }) => reason ?? t('messages.no_reason') },
  ];
  if (may) {
    columns.push({
      key: 'actions',
      head: t('table.actions'),
      cell: (message) => <Retry message={message} onSent={list.reload} />,
    });
  }
  return (
    <section class="section" aria-labelledby="messages">
      <h2 id="messages">{t('messages.title')}</h2>
      <p class="muted">{t('messages.text')}</p>
      {failure !== null && <FailurePanel failure={failure} retry={list.reload} />}
      {failure === null && loaded === null && <RowsSkeleton />}
      {loaded?.items.length === 0 && (
        <p>
          <Icon name="status-finished" class="icon step-done" /> {t('messages.empty')}
        </p>
      )}
      {loaded !== null && loaded.items.length > 0 && (
        <Table label={t('messages.title')} columns={columns} items={loaded.items} nameOf={({ recipient }) => recipient} />
      )}
      {list.moreFailure !== null && (
        <p class="field-error" role="alert">
          {describe(list.moreFailure, translator)}
        </p>
      )}
      {loaded !== null && loaded.nextCursor !== null && (
        <button type="button" class="button" aria-busy={list.loadingMore} onClick={() => void list.loadMore()}>
          {t(list.loadingMore ? 'jobs.loading_more' : 'messages.more')}
        </button>
      )}
    </section>
  );
}

function Retry({ message, onSent }: { message: StaffMessage; onSent: () => void }) {
  const translator = useWords();
  const { t } = translator;
  const { setNotice, handleFailure } = useApp();
  const { describe } = useShell();
  const { busy, failure, run } = useAttempt({
    request: () => retryMessage(message.id),
    done: () => {
      setNotice({ key: 'messages.retried', values: { recipient: message.recipient } });
      onSent();
    },
    settled: (refused) => {
      if (!hasCode(refused, 'not_found')) return handleFailure(refused);
      onSent();
      return true;
    },
  });
  if (!message.can_retry) return <span class="muted">{t('messages.too_old')}</span>;
  return (
    <span class="row-actions">
      <button type="button" class="button button-quiet button-row" aria-busy={busy} onClick={() => void run()}>
        {t(busy ? 'staff.resending' : 'action.try_again')}
        <span class="visually-hidden">: {message.recipient}</span>
      </button>
      {failure !== null && (
        <span class="field-error" role="alert">
          {describe(failure, translator)}
        </span>
      )}
    </span>
  );
}
