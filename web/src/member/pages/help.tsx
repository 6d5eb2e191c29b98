import { PageHeading } from '../../common/parts/heading.tsx';
import type { MemberKey } from '../i18n/catalogues.ts';
import { useWords } from '../i18n/words.ts';
import { ContactList, useHasContact } from '../parts/contact.tsx';
import { useApp } from '../state/application.tsx';
import { pageTitle } from './title.ts';

interface Topic {
  readonly id: string;
  readonly title: MemberKey;
  readonly text: MemberKey;
}

// Speaks of exactly what the reader can do here: what somebody may not see is not explained.
export function HelpPage() {
  const { t } = useWords();
  const { portal, session } = useApp();
  const may = (...permissions: string[]) => session === null || session.membership.permissions.some((held) => permissions.includes(held));
  const topics: readonly (Topic | false)[] = [
    may('view_job_status', 'view_completed_jobs') && { id: 'jobs', title: 'help.jobs', text: 'help.jobs_text' },
    may('view_completed_jobs') && { id: 'reports', title: 'help.reports', text: 'help.reports_text' },
    session !== null && may('view_job_status', 'view_completed_jobs') && { id: 'table', title: 'help.table', text: 'help.table_text' },
    may('view_documents') && { id: 'documents', title: 'help.documents', text: 'help.documents_text' },
    session !== null && may('create_work_requests') && { id: 'requests', title: 'help.requests', text: 'help.requests_text' },
    session !== null && may('accept_quotes') && { id: 'quotes', title: 'help.quotes', text: 'help.quotes_text' },
    session !== null && may('view_invoices') && { id: 'invoices', title: 'help.invoices', text: 'help.invoices_text' },
    session === null && { id: 'first', title: 'help.first_time', text: 'help.first_time_text' },
    { id: 'password', title: 'help.password', text: session === null ? 'help.forgotten_text' : 'help.password_text' },
    (session?.memberships.length ?? 0) > 1 && { id: 'clients', title: 'help.clients', text: 'help.clients_text' },
    { id: 'missing', title: 'help.missing', text: 'help.missing_text' },
  ];
  return (
    <>
      <PageHeading title={pageTitle(t('help.title'), portal.name)}>{t('help.title')}</PageHeading>
      {useHasContact() && (
        <section class="section" aria-labelledby="help-contact">
          <h2 id="help-contact">{t('help.contact', { business: portal.name })}</h2>
          <ContactList />
        </section>
      )}
      {topics.map(
        (topic) =>
          topic !== false && (
            <section class="section" key={topic.id} aria-labelledby={`help-${topic.id}`}>
              <h2 id={`help-${topic.id}`}>{t(topic.title)}</h2>
              <p>{t(topic.text, { business: portal.name })}</p>
            </section>
          ),
      )}
      <p class="section">
        {session === null ? (
          <a class="button" href="/sign-in">
            {t('action.sign_in')}
          </a>
        ) : (
          <a class="button" href="/">
            {t('action.to_jobs')}
          </a>
        )}
      </p>
    </>
  );
}
