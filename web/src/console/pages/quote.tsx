import type { ComponentChildren } from 'preact';
import { hasCode } from '../../common/api/failure.ts';
import { formatMoney } from '../../common/numbers.ts';
import { BackLink } from '../../common/parts/back_link.tsx';
import { QuoteStateWord } from '../../common/parts/quote_state.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel, StatePanel } from '../../common/parts/states.tsx';
import { ZoneNote } from '../../common/parts/zone_note.tsx';
import { useShell } from '../../common/state/shell.tsx';
import { dayOf, formatDay } from '../../common/time/dates.ts';
import { readQuote, type WholeQuote } from '../api/quotes.ts';
import { describeFiled } from '../documents/files.ts';
import { useWords } from '../i18n/words.ts';
import { clientPath } from '../navigation.ts';
import { Page } from '../parts/page.tsx';
import { Decisions } from '../quotes/decisions.tsx';
import { Record } from '../quotes/record.tsx';
import { Visible } from '../quotes/visible.tsx';
import { formatLast } from '../quotes/words.ts';
import { useMay } from '../state/application.tsx';
import { useResource } from '../state/resource.ts';

// One quote with all that was decided about it, and the way to record what a client said elsewhere.
export function QuotePage({ id }: { id: string }) {
  const { t } = useWords();
  const quote = useResource(`quote ${id}`, (signal) => readQuote(id, signal));
  const { value, failure } = quote;
  const isGone = hasCode(failure, 'not_found');
  return (
    <>
      <BackLink path="/console/quotes">{t('page.quotes')}</BackLink>
      <Page title={value === null ? t('offered.title') : headingOf(value)} ready={value !== null || failure !== null}>
        {isGone && <StatePanel icon="quote" title={t('offered.not_found')} text={t('work_request.not_found_text')} />}
        {failure !== null && !isGone && <FailurePanel failure={failure} retry={quote.reload} />}
        {failure === null && value === null && <JobSkeleton />}
        {value !== null && (
          <>
            <About quote={value} onChanged={quote.put} />
            <Decided quote={value} />
            <Recording quote={value} onChanged={quote.put} />
          </>
        )}
      </Page>
    </>
  );
}

function headingOf({ number, title }: WholeQuote): string {
  return title === null ? number : `${number} ${title}`;
}

interface Changing {
  quote: WholeQuote;
  onChanged: (quote: WholeQuote) => void;
}

function About({ quote, onChanged }: Changing) {
  const translator = useWords();
  const { t, locale } = translator;
  const { timeZone } = useShell();
  const { client, state, total, issued_on: issued, job, file, description } = quote;
  const today = dayOf(new Date(), timeZone);
  const last = formatLast(quote, today, translator);
  const fact = (label: string, value: ComponentChildren) => (
    <div key={label} class="fact">
      <dt>{label}</dt>
      <dd class="plain-text">{value}</dd>
    </div>
  );
  return (
    <dl class="facts">
      {fact(t('staff.state'), <QuoteStateWord state={state} text={t(`offered.state.${state}`)} />)}
      {fact(
        t('member.client'),
        <a class="text-link" href={clientPath(client.id)}>
          {client.name}
        </a>,
      )}
      {fact(t('billed.amount'), formatMoney(total, locale))}
      {fact(t('offered.issued'), formatDay(issued, today, translator))}
      {last !== null && fact(t('offered.valid'), last)}
      {job !== null && fact(t('work_request.job'), t('job.number', { number: job.number }))}
      {fact(
        t('offered.part.file'),
        file === null ? (
          t('billed.no_file')
        ) : (
          <>
            <a class="text-link" href={file.url} target="_blank" rel="noopener">
              {file.name}
              <span class="visually-hidden"> ({t('job.new_tab')})</span>
            </a>
            <span class="muted block">{describeFiled(file, translator)}</span>
          </>
        ),
      )}
      {description !== null && fact(t('offered.part.description'), <span dir="auto">{description}</span>)}
      {fact(t('filed.visible'), <Visible quote={quote} done={onChanged} />)}
    </dl>
  );
}

function Decided({ quote: { decisions, revision } }: { quote: WholeQuote }) {
  const { t } = useWords();
  return (
    <section class="section" aria-labelledby="decided">
      <h2 id="decided">{t('offered.decisions')}</h2>
      <ZoneNote instants={decisions.map(({ decided_at: at }) => new Date(at))} />
      {decisions.length === 0 ? <p class="muted">{t('offered.no_decisions')}</p> : <Decisions decisions={decisions} revision={revision} />}
    </section>
  );
}

function Recording({ quote, onChanged }: Changing) {
  const { t } = useWords();
  const may = useMay('manager');
  return (
    <section class="section" aria-labelledby="record">
      <h2 id="record" tabIndex={-1}>
        {t('offered.record')}
      </h2>
      {may ? <Record quote={quote} onChanged={onChanged} /> : <p class="muted">{t('offered.not_yours')}</p>}
    </section>
  );
}
