import type { ComponentChildren } from 'preact';
import { formatRest } from '../../common/invoices.ts';
import type { ListState } from '../../common/lists/use_list.ts';
import { formatMoney } from '../../common/numbers.ts';
import { InvoiceStateWord } from '../../common/parts/invoice_state.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { dayOf, formatDay } from '../../common/time/dates.ts';
import { showInvoice, type BilledInvoice } from '../api/invoices.ts';
import type { ItemsOf } from '../api/types.ts';
import { describeFiled } from '../documents/files.ts';
import { useWords } from '../i18n/words.ts';
import { clientPath } from '../navigation.ts';
import { ListTable } from '../parts/list_table.tsx';
import { Switch } from '../parts/switch.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../state/application.tsx';
import { useLatest } from '../state/latest.ts';

interface InvoiceTableProperties {
  list: ListState<ItemsOf<BilledInvoice>>;
  label: string;
  withClient: boolean;
  empty: ComponentChildren;
}

// The accounting says what an invoice is; staff decide whether members see it.
export function InvoiceTable({ list, label, withClient, empty }: InvoiceTableProperties) {
  const translator = useWords();
  const { t, locale } = translator;
  const { timeZone } = useShell();
  const may = useMay('manager');
  const reload = useLatest(list.reload);
  const today = dayOf(new Date(), timeZone);
  const shownWord = (visible: boolean) => t(visible ? 'filed.shown' : 'filed.not_shown');

  const columns: Column<BilledInvoice>[] = [
    { key: 'number', head: t('billed.number'), cell: (invoice) => <Name invoice={invoice} /> },
    ...(withClient
      ? [{ key: 'client', head: t('member.client'), cell: ({ client }: BilledInvoice) => <a href={clientPath(client.id)}>{client.name}</a> }]
      : []),
    { key: 'state', head: t('staff.state'), whole: true, cell: ({ state }) => <InvoiceStateWord state={state} /> },
    { key: 'issued', head: t('billed.issued'), cell: ({ issued_on: day }) => <Unbroken text={formatDay(day, today, translator)} /> },
    { key: 'due', head: t('billed.due'), cell: ({ due_on: day }) => <Unbroken text={day === null ? '–' : formatDay(day, today, translator)} /> },
    {
      key: 'amount',
      head: t('billed.amount'),
      numeric: true,
      cell: (invoice) => (
        <>
          <Unbroken text={formatMoney(invoice.total, locale)} />
          <span class="muted block">{formatRest(invoice, translator)}</span>
        </>
      ),
    },
    {
      key: 'visible',
      head: t('filed.visible'),
      whole: true,
      cell: ({ id, number, visible }) =>
        may ? (
          <Switch
            on={visible}
            text={shownWord}
            name={number}
            request={(wanted) => showInvoice(id, wanted)}
            said={(shown) => t(shown ? 'filed.now_shown' : 'filed.now_hidden', { name: number })}
            done={reload}
          />
        ) : (
          shownWord(visible)
        ),
    },
  ];
  return (
    <ListTable
      list={list}
      label={label}
      columns={columns}
      nameOf={({ number }) => number}
      count={(count, all) => t(all ? 'invoices.found' : 'invoices.shown', { count })}
      more={t('invoices.more')}
      empty={empty}
    />
  );
}

function Unbroken({ text }: { text: string }) {
  return <span class="table-unbroken">{text}</span>;
}

function Name({ invoice: { number, title, file } }: { invoice: BilledInvoice }) {
  const translator = useWords();
  const { t } = translator;
  return (
    <>
      {file === null ? (
        number
      ) : (
        <a href={file.url} target="_blank" rel="noopener">
          {number}
          <span class="visually-hidden"> ({t('job.new_tab')})</span>
        </a>
      )}
      {title !== null && (
        <span class="block" dir="auto">
          {title}
        </span>
      )}
      <span class="muted block">{file === null ? t('billed.no_file') : describeFiled(file, translator)}</span>
    </>
  );
}
