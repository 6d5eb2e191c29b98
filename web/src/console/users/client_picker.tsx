import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../../common/api/failure.ts';
import { SearchField } from '../../common/parts/search_field.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { listClients, type ClientSummary } from '../api/clients.ts';
import { useWords } from '../i18n/words.ts';

const kShown = 10;

// Finds a client by part of its name, email or phone while one types.
export function ClientPicker({ onPick }: { onPick: (client: ClientSummary) => void }) {
  const { t } = useWords();
  const { handleFailure } = useShell();
  const [q, setQ] = useState('');
  const [found, setFound] = useState<readonly ClientSummary[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    // The answer to an older question must not overtake the newer one.
    const abort = new AbortController();
    void listClients(q, { limit: kShown }, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      if (!answer.ok) {
        if (!handleFailure(answer.failure)) setFailure(answer.failure);
        return;
      }
      setFailure(null);
      setFound(answer.value.items);
    });
    return () => abort.abort();
  }, [q, attempt]);
  return (
    <div class="picker">
      <SearchField id="client-search" label={t('clients.search')} placeholder={t('clients.search_placeholder')} value={q} onSearch={setQ} />
      {failure !== null && <FailurePanel failure={failure} retry={() => setAttempt(attempt + 1)} />}
      {failure === null && found === null && <RowsSkeleton />}
      <p class="muted" role="status">
        {found !== null && (found.length === 0 ? t(q === '' ? 'clients.empty' : 'clients.nothing_found') : t('choice.found', { count: found.length }))}
      </p>
      {found?.length === 0 && <p>{t('clients.not_there')}</p>}
      {found !== null && found.length > 0 && (
        <ul class="rows" aria-label={t('page.clients')}>
          {found.map((client) => (
            <li key={client.id}>
              <button type="button" class="picker-item" onClick={() => onPick(client)}>
                <strong>{client.name}</strong>
                <span class="muted block">{[client.email, client.phone].filter(Boolean).join(' · ') || t('client.no_contact')}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
