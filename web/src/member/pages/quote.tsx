import type { Quote, QuoteSummary } from '../../common/api/client.ts';
import { hasCode } from '../../common/api/failure.ts';
import { jobPath } from '../../common/navigation.ts';
import { formatMoney } from '../../common/numbers.ts';
import { BackLink } from '../../common/parts/back_link.tsx';
import { PageHeading } from '../../common/parts/heading.tsx';
import { QuoteStateWord } from '../../common/parts/quote_state.tsx';
import { JobSkeleton } from '../../common/parts/skeletons.tsx';
import { FailurePanel } from '../../common/parts/states.tsx';
import { dayOf, formatDay } from '../../common/time/dates.ts';
import { describeFile } from '../files/describe.ts';
import { FileRow } from '../files/file_row.tsx';
import { useQuoteWords } from '../i18n/quotes.ts';
import { Fact, Missing, Waiting } from '../parts/one.tsx';
import { QuoteAnswer } from '../parts/quote_answer.tsx';
import { EarlierAnswers } from '../parts/quote_decisions.tsx';
import { recallQuote, useQuote } from '../quotes/use_quotes.ts';
import { formatHurry } from '../quotes/words.ts';
import { useApp, useSession } from '../state/application.tsx';
import { pageTitle } from './title.ts';

export function QuotePage({ id }: { id: string }) {
  const membership = useSession().membership.id;
  // Another client is another page, with drafts of its own.
  return <OneQuote key={membership} id={id} membership={membership} />;
}

// What the list knew is shown at once, also without a connection; what is offered and the way to answer follow when they are there.
function OneQuote({ id, membership }: { id: string; membership: string }) {
  const { t } = useQuoteWords();
  const one = useQuote(id, membership);
  const { answer, updated, reload } = one;
  const known = answer?.ok === true ? answer.value : recallQuote(membership, id);
  const failure = answer === null || answer.ok ? null : answer.failure;
  const isMissing = hasCode(failure, 'not_found');
  return (
    <article class="job">
      <BackLink path="/quotes">{t('quotes.title')}</BackLink>
      {isMissing && <Missing title={t('quote.not_found')} text={t('quote.not_found_text')} path="/quotes" back={t('quotes.to_list')} />}
      {!isMissing && known === null && <Waiting title={t('quotes.title')} failed={failure !== null} />}
      {!isMissing && known !== null && <Head quote={known} updated={updated} />}
      {!isMissing && known !== null && <Terms quote={known} />}
      {answer === null && <JobSkeleton />}
      {answer?.ok === true && (
        <>
          <Description quote={answer.value} />
          <QuoteAnswer quote={answer.value} one={one} />
          <EarlierAnswers quote={answer.value} />
        </>
      )}
      {failure !== null && !isMissing && <FailurePanel failure={failure} retry={reload} />}
    </article>
  );
}

function Head({ quote, updated }: { quote: QuoteSummary; updated: boolean }) {
  const translator = useQuoteWords();
  const { t } = translator;
  const { name, time_zone: timeZone } = useApp().portal;
  const { number, title, state, issued_on: day } = quote;
  const heading = title ?? t('quote.heading', { number });
  const issued = t('quote.issued', { day: formatDay(day, dayOf(new Date(), timeZone), translator) });
  return (
    <>
      <div class="job-head">
        <PageHeading title={pageTitle(title === null ? heading : `${title} ${number}`, name)}>{heading}</PageHeading>
        <QuoteStateWord state={state} text={t(`quote.state.${state}`)} />
      </div>
      <p class="muted">
        {title === null ? issued : `${number} · ${issued}`}
        {updated && <em class="updated"> · {t('jobs.updated')}</em>}
      </p>
    </>
  );
}

function Terms({ quote }: { quote: QuoteSummary }) {
  const translator = useQuoteWords();
  const { t, locale } = translator;
  const { time_zone: timeZone } = useApp().portal;
  const { total, valid_until: last, job, file } = quote;
  const today = dayOf(new Date(), timeZone);
  const hurry = formatHurry(quote, today, translator);
  return (
    <dl class="facts">
      <Fact label={t('quote.part.total')}>
        <strong class="quote-total">{formatMoney(total, locale)}</strong>
      </Fact>
      {last !== null && (
        <Fact label={t('quote.part.valid_until')}>
          {formatDay(last, today, translator)}
          {hurry !== null && <strong class="quote-hurry">{hurry}</strong>}
        </Fact>
      )}
      {job !== null && (
        <Fact label={t('quote.job')}>
          <a class="text-link" href={jobPath(job.id)}>
            {t('job.number', { number: job.number })}
          </a>
        </Fact>
      )}
      <Fact label={t('quote.part.file')}>
        {file === null ? (
          <span class="muted">{t('quote.no_file')}</span>
        ) : (
          <FileRow file={file} icon="document" description={describeFile(file, 'file', translator)} />
        )}
      </Fact>
    </dl>
  );
}

// As it was written, in whatever direction.
function Description({ quote: { description } }: { quote: Quote }) {
  const { t } = useQuoteWords();
  if (description === null) return null;
  return (
    <section class="section" aria-labelledby="description">
      <h2 id="description">{t('quote.part.description')}</h2>
      <p class="plain-text" dir="auto">
        {description}
      </p>
    </section>
  );
}
