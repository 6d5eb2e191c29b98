import { useRef } from 'preact/hooks';
import { hasCode } from '../../common/api/failure.ts';
import { formatNumber } from '../../common/formats.ts';
import { usePlace } from '../../common/history.ts';
import { PageHeading } from '../../common/parts/heading.tsx';
import { RowsSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { useWords } from '../i18n/words.ts';
import { countOf, invoiceLists, invoicesPath, parseInvoicesShown, type InvoiceCounts, type InvoicesShown } from '../invoices/query.ts';
import { useInvoices, type Invoices } from '../invoices/use_invoices.ts';
import { InvoiceRows } from '../parts/invoice_rows.tsx';
import { Outstanding, type Sums } from '../parts/outstanding.tsx';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

export function InvoicesPage() {
  const { membership } = useSession();
  const shown = parseInvoicesShown(usePlace().search);
  // Another client is another page: nothing of the one before may stay in view.
  return membership.permissions.includes('view_invoices') ? <InvoicesOf key={membership.id} shown={shown} /> : <NoAccess />;
}

function NoAccess() {
  const { t } = useWords();
  const { portal } = useApp();
  const client = useSession().membership.client.name;
  return (
    <>
      <PageHeading title={pageTitle(t('invoices.title'), portal.name)}>{t('invoices.title')}</PageHeading>
      <StatePanel icon="lock" title={t('invoices.no_access')} text={t('invoices.no_access_text', { business: portal.name, client })} />
    </>
  );
}

function InvoicesOf({ shown }: { shown: InvoicesShown }) {
  const { t } = useWords();
  const { portal } = useApp();
  const invoices = useInvoices(shown);
  // Of all invoices, so that they stay while another list is asked for.
  const sums = useRef<Sums | null>(null);
  const { counts, outstanding } = invoices.loaded?.first ?? {};
  if (counts !== undefined && outstanding !== undefined) sums.current = { counts, outstanding };
  if (hasCode(invoices.failure, 'permission_required')) return <NoAccess />;
  return (
    <>
      <PageHeading title={pageTitle(t('invoices.title'), portal.name)} ready={invoices.loaded !== null || invoices.failure !== null}>
        {t('invoices.title')}
      </PageHeading>
      {(sums.current !== null || invoices.failure === null) && <Outstanding sums={sums.current} />}
      <Tabs shown={shown} counts={sums.current?.counts ?? null} />
      <section class="results" aria-label={t(`invoices.kind.${shown}`)}>
        <Results shown={shown} invoices={invoices} />
      </section>
    </>
  );
}

function Tabs({ shown, counts }: { shown: InvoicesShown; counts: InvoiceCounts | null }) {
  const { t, locale } = useWords();
  return (
    <nav class="tabs" aria-label={t('invoices.kinds')}>
      <ul>
        {invoiceLists.map((list) => (
          <li key={list}>
            <a href={invoicesPath(list)} aria-current={list === shown ? 'page' : undefined}>
              {t(`invoices.kind.${list}`)}
              {/* Its place is kept until it is known. */}
              <span class="count"> {counts === null ? '\u00a0' : formatNumber(countOf(list, counts), locale)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Results({ shown, invoices }: { shown: InvoicesShown; invoices: Invoices }) {
  const { t } = useWords();
  const { portal } = useApp();
  const { loaded, failure, reload } = invoices;
  if (failure !== null) return <FailurePanel failure={failure} retry={reload} />;
  if (loaded === null) return <RowsSkeleton />;
  if (loaded.items.length > 0) return <InvoiceRows shown={shown} invoices={invoices} loaded={loaded} />;
  return <StatePanel icon="invoice" title={t(`invoices.empty.${shown}`)} text={t(`invoices.empty.${shown}_text`, { business: portal.name })} />;
}
