import { useRef } from 'preact/hooks';
import type { Invoice, InvoiceList } from '../../common/api/client.ts';
import { formatRest } from '../../common/invoices.ts';
import type { Loaded } from '../../common/lists/pages.ts';
import { useSteady } from '../../common/lists/use_steady.ts';
import { jobPath } from '../../common/navigation.ts';
import { formatMoney } from '../../common/numbers.ts';
import { InvoiceStateWord } from '../../common/parts/invoice_state.tsx';
import { dayOf } from '../../common/time/dates.ts';
import { describeFile } from '../files/describe.ts';
import { FileLink, SaveLink } from '../files/file_row.tsx';
import { useWords } from '../i18n/words.ts';
import type { InvoicesShown } from '../invoices/query.ts';
import type { Invoices } from '../invoices/use_invoices.ts';
import { formatInvoiceDays } from '../invoices/words.ts';
import { useApp } from '../state/application.tsx';
import { ListEnd, useSaid } from './list_end.tsx';

interface InvoiceRowsProperties {
  shown: InvoicesShown;
  invoices: Invoices;
  loaded: Loaded<InvoiceList>;
}

export function InvoiceRows({ shown, invoices, loaded }: InvoiceRowsProperties) {
  const { t } = useWords();
  const list = useRef<HTMLUListElement>(null);
  const { items, nextCursor, changed } = loaded;
  const summary = t(nextCursor === null ? 'invoices.found' : 'invoices.shown', { count: items.length });
  useSaid(summary, shown, loaded, 'live.invoices');
  useSteady(list);
  return (
    <>
      <ul class="rows steady" ref={list}>
        {items.map((item) => (
          <li key={item.id} data-item={item.id}>
            <InvoiceRow invoice={item} changed={changed.has(item.id)} />
          </li>
        ))}
      </ul>
      <ListEnd
        list={invoices}
        loaded={loaded}
        summary={summary}
        more={t('invoices.more')}
        linkAt={(index) => list.current?.children[index]?.querySelector('a')}
      />
    </>
  );
}

// What it is and what it comes to is said before it is opened; it can be saved, too.
function InvoiceRow({ invoice, changed }: { invoice: Invoice; changed: boolean }) {
  const translator = useWords();
  const { t, locale } = translator;
  const { time_zone: timeZone } = useApp().portal;
  const { number, title, state, total, job, file } = invoice;
  const rest = formatRest(invoice, translator);
  return (
    <div class="invoice">
      <div class="invoice-name">
        {file === null ? <span class="file-name">{number}</span> : <FileLink file={file} text={number} />}
        {title !== null && <span dir="auto">{title}</span>}
      </div>
      {file !== null && <SaveLink file={file} />}
      <div class="invoice-amount">
        <strong>{formatMoney(total, locale)}</strong>
        <InvoiceStateWord state={state} />
        {rest !== null && <span class="muted">{rest}</span>}
      </div>
      <div class="invoice-text muted">
        <span class="block">{formatInvoiceDays(invoice, dayOf(new Date(), timeZone), translator)}</span>
        <span class="block">
          {file === null ? t('invoice.no_file') : describeFile(file, 'invoice', translator)}
          {changed && <em class="updated"> · {t('jobs.updated')}</em>}
        </span>
        {job !== null && (
          <a class="text-link" href={jobPath(job.id)}>
            {t('invoice.job', { number: job.number })}
          </a>
        )}
      </div>
    </div>
  );
}
