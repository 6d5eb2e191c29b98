import type { Quote } from '../../common/api/client.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { dayOf } from '../../common/time/dates.ts';
import { useQuoteWords } from '../i18n/quotes.ts';
import { differencesOf } from '../quotes/words.ts';
import { useApp } from '../state/application.tsx';
import { Fact } from './one.tsx';

type NewsText = 'quote.news_text' | 'quote.news_unsent' | 'quote.news_late';

interface QuoteNewsProperties {
  // Null: what was read is not known any more.
  before: Quote | null;
  after: Quote;
  text: NewsText;
  onSeen: () => void;
}

// What the business has changed since it was read; nothing is decided before that has been looked at.
export function QuoteNews({ before, after, text, onSeen }: QuoteNewsProperties) {
  const translator = useQuoteWords();
  const { t } = translator;
  const { name: business, time_zone: timeZone } = useApp().portal;
  const differences = before === null ? [] : differencesOf(before, after, dayOf(new Date(), timeZone), translator);
  return (
    <div id="quote-news" class="news" role="alert" tabIndex={-1}>
      <h3 class="warning">
        <Icon name="alert" />
        {t('quote.news')}
      </h3>
      <p>{t(text, { business })}</p>
      {differences.length > 0 && (
        <dl class="facts">
          {differences.map(({ part, change }) => (
            <Fact key={part} label={t(`quote.part.${part}`)}>
              {change === null
                ? t('quote.is_new')
                : t('quote.change', { before: change.before ?? t('quote.nothing'), after: change.after ?? t('quote.nothing') })}
            </Fact>
          ))}
        </dl>
      )}
      <button type="button" class="button" onClick={onSeen}>
        {t('quote.news_seen')}
      </button>
    </div>
  );
}
