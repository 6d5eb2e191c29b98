import { PageHeading } from '../../common/parts/heading.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { useQuoteWords } from '../i18n/quotes.ts';
import { pageTitle } from '../pages/title.ts';
import { useApp, useSession } from '../state/application.tsx';

export function NoQuotes() {
  const { t } = useQuoteWords();
  const { portal } = useApp();
  return (
    <>
      <PageHeading title={pageTitle(t('quotes.title'), portal.name)}>{t('quotes.title')}</PageHeading>
      <NoQuotesText />
    </>
  );
}

export function NoQuotesText() {
  const { t } = useQuoteWords();
  const { portal } = useApp();
  const client = useSession().membership.client.name;
  return <StatePanel icon="lock" title={t('quotes.no_access')} text={t('quotes.no_access_text', { business: portal.name, client })} />;
}
