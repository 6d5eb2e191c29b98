import { useEffect, useRef } from 'preact/hooks';
import { useTranslator } from '../i18n/language.tsx';
import { usePlace } from '../history.ts';
import { useOnline } from '../online.ts';
import { useShell } from '../state/shell.tsx';
import { formatMoment } from '../time/dates.ts';
import { askAgain } from '../wake.ts';
import { announce } from './announcer.tsx';
import { Icon } from './icon.tsx';

// Leads past what is the same on every page.
export function SkipLink() {
  const { t } = useTranslator();
  return (
    <a
      class="skip-link"
      href="#content"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById('content')?.focus();
      }}
    >
      {t('skip.content')}
    </a>
  );
}

// Says how old the page is; the data below stays, because an old date is better than none. The time is that of the reader's own clock. A
// browser can believe that it is online while nothing gets through.
export function OldDataBanner() {
  const translator = useTranslator();
  const { t } = translator;
  const { loadedAt, missed } = useShell();
  const online = useOnline();
  const wasGood = useRef(true);
  const isGood = online && !missed;
  const asOf = loadedAt === null ? null : t('offline.as_of', { time: formatMoment(loadedAt, new Date(), translator) });
  const words = [t(online ? 'offline.unreachable' : 'offline.banner'), asOf].filter(Boolean).join(' ');
  useEffect(() => {
    if (isGood === wasGood.current) return;
    wasGood.current = isGood;
    announce(isGood ? t('offline.back') : words);
  }, [isGood]);
  if (isGood) return null;
  return (
    <div class="banner banner-warn">
      <Icon name="offline" />
      <p>{words}</p>
      {online && (
        <button type="button" class="button" onClick={askAgain}>
          {t('action.try_again')}
        </button>
      )}
    </div>
  );
}

// The result of the last action, seen and read out. `notice` tells one from the next, even where both say the same.
export function NoticeBanner({ notice, text, onClose }: { notice: unknown; text: string | null; onClose: () => void }) {
  const { t } = useTranslator();
  const { key } = usePlace();
  const saidAt = useRef(key);
  const banner = useRef<HTMLDivElement>(null);
  useEffect(() => {
    saidAt.current = key;
    if (text === null) return;
    announce(text);
    // Whoever pressed a button far down the page would not see it.
    banner.current?.scrollIntoView({ block: 'nearest' });
  }, [notice]);
  useEffect(() => {
    // What was said about the last action has had its time when the reader goes on.
    if (saidAt.current !== key) onClose();
  }, [key]);
  if (text === null) return null;
  const close = () => {
    onClose();
    document.getElementById('content')?.focus();
  };
  return (
    <div class="banner" id="notice" ref={banner}>
      <Icon name="info" />
      <p>{text}</p>
      <button type="button" class="button button-icon" aria-label={t('action.close')} onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  );
}
