import { hasCode } from '../../common/api/failure.ts';
import { BackLink } from '../../common/parts/back_link.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { readClient, type Client } from '../api/clients.ts';
import { Contacts } from '../clients/contacts.tsx';
import { EditClient } from '../clients/edit_client.tsx';
import { nameFields } from '../clients/fields.ts';
import { isLocked } from '../clients/origin.tsx';
import { Sites } from '../clients/sites.tsx';
import { DocumentsOf } from '../documents/documents_of.tsx';
import { useWords } from '../i18n/words.ts';
import { InvoicesOf } from '../invoices/invoices_of.tsx';
import { Page } from '../parts/page.tsx';
import { QuotesOf } from '../quotes/quotes_of.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useDialogs } from '../state/dialogs.ts';
import { formatFilters } from '../state/filters.ts';
import { useResource } from '../state/resource.ts';
import { Members } from '../users/members.tsx';

// A client with everything that belongs to it: who of it uses the portal, and which documents they find there.
export function ClientPage({ id }: { id: string }) {
  const { t } = useWords();
  const client = useResource(`client ${id}`, (signal) => readClient(id, signal));
  const { value, failure } = client;
  const isGone = hasCode(failure, 'not_found');
  return (
    <>
      <BackLink path="/console/clients">{t('page.clients')}</BackLink>
      <Page title={value?.name ?? t('client.title')} ready={value !== null || failure !== null}>
        {isGone && <StatePanel icon="clients" title={t('client.not_found')} text={t('client.not_found_text')} />}
        {failure !== null && !isGone && <FailurePanel failure={failure} retry={client.reload} />}
        {failure === null && value === null && <JobSkeleton />}
        {value !== null && (
          <>
            <About client={value} onChanged={client.put} />
            <Contacts client={value} reload={client.reload} />
            <Sites client={value} reload={client.reload} />
            <Members client={value} />
            <DocumentsOf client={value} />
            <QuotesOf client={value} />
            <InvoicesOf client={value} />
          </>
        )}
      </Page>
    </>
  );
}

function About({ client, onChanged }: { client: Client; onChanged: (client: Client) => void }) {
  const { t } = useWords();
  const may = useMay('manager');
  const { setNotice } = useApp();
  const { open, show, close } = useDialogs<'edit'>();
  const known = nameFields.filter((field) => client[field] !== null);
  return (
    <section class="section" aria-labelledby="about">
      <div class="section-head">
        <h2 id="about">{t('client.about')}</h2>
        {may && !isLocked(client, client) && (
          <button type="button" class="button" onClick={() => show('edit')}>
            {t('client.edit')}
          </button>
        )}
      </div>
      {client.imported && (
        <p class="muted">
          <Icon name="lock" /> {t(client.may_edit_imported ? 'client.imported_editable_text' : 'client.imported_text')}
        </p>
      )}
      <dl class="facts">
        <div class="fact">
          <dt>{t('client.kind')}</dt>
          <dd>{t(`client.kind.${client.kind}`)}</dd>
        </div>
        {known.map((field) => (
          <div key={field} class="fact">
            <dt>{t(`client.${field}`)}</dt>
            <dd>{client[field]}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a class="text-link" href={`/console/requests${formatFilters({ client_id: client.id })}`}>
          {t('client.requests')}
        </a>
      </p>
      {open !== null && (
        <EditClient
          client={client}
          onClose={close}
          onChanged={(changed) => {
            close();
            setNotice({ key: 'client.saved' });
            onChanged(changed);
          }}
        />
      )}
    </section>
  );
}
