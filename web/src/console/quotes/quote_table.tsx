import type { ComponentChildren } from 'preact';
import type { ListState } from '../../common/lists/use_list.ts';
import { formatMoney } from '../../common/numbers.ts';
import { QuoteStateWord } from '../../common/parts/quote_state.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { dayOf, formatDay } from '../../common/time/dates.ts';
import type { OfferedQuote } from '../api/quotes.ts';
import type { ItemsOf } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { clientPath, quotePath } from '../navigation.ts';
import { ListTable } from '../parts/list_table.tsx';
import type { Column } from '../parts/table.tsx';
import { useLatest } from '../state/latest.ts';
import { Visible } from './visible.tsx';
import { formatHurry } from './words.ts';

interface QuoteTableProperties {
  list: ListState<ItemsOf<OfferedQuote>>;
  label: string;
  withClient: boolean;
  empty: ComponentChildren;
}

// Another system says what is offered; the client decides, and staff whether members see it.
export function QuoteTable({ list, label, withClient, empty }: QuoteTableProperties) {
  const translator = useWords();
  const { t, locale } = translator;
  const { timeZone } = useShell();
  const reload = useLatest(list.reload);
  const today = dayOf(new Date(), timeZone);

  const columns: Column<OfferedQuote>[] = [
    {
      key: 'number',
      head: t('billed.number'),
      cell: ({ id, number, title }) => (
        <>
          <a class="row-link" href={quotePath(id)}>
            {number}
          </a>
          {title !== null && (
            <span class="block" dir="auto">
              {title}
            </span>
          )}
        </>
      ),
    },
    ...(withClient
      ? [{ key: 'client', head: t('member.client'), cell: ({ client }: OfferedQuote) => <a href={clientPath(client.id)}>{client.name}</a> }]
      : []),
    {
      key: 'state',
      head: t('staff.state'),
      whole: true,
      cell: ({ state }) => <QuoteStateWord state={state} text={t(`offered.state.${state}`)} />,
    },
    { key: 'issued', head: t('offered.issued'), cell: ({ issued_on: day }) => <Unbroken text={formatDay(day, today, translator)} /> },
    {
      key: 'valid',
      head: t('offered.valid'),
      cell: (quote) => (
        <>
          <Unbroken text={quote.valid_until === null ? '–' : formatDay(quote.valid_until, today, translator)} />
          <span class="muted block">{formatHurry(quote, today, translator)}</span>
        </>
      ),
    },
    { key: 'amount', head: t('billed.amount'), numeric: true, cell: ({ total }) => <Unbroken text={formatMoney(total, locale)} /> },
    { key: 'visible', head: t('filed.visible'), whole: true, cell: (quote) => <Visible quote={quote} done={reload} /> },
  ];
  return (
    <ListTable
      list={list}
      label={label}
      columns={columns}
      nameOf={({ number }) => number}
      count={(count, all) => t(all ? 'offered.found' : 'offered.more_found', { count })}
      more={t('offered.more')}
      empty={empty}
    />
  );
}

function Unbroken({ text }: { text: string }) {
  return <span class="table-unbroken">{text}</span>;
}
