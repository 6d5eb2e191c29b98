import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useTranslator } from '../../common/i18n/language.tsx';
import { announce } from '../../common/parts/announcer.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { formatTime } from '../../common/time/dates.ts';
import { usePlace } from '../../common/history.ts';
import { useOnline } from '../../common/online.ts';
import { useApp } from '../state/application.tsx';
import { ErrorGuard } from './error_guard.tsx';
import { Header } from './header.tsx';
import { Footer } from './footer.tsx';

export function Layout({ children }: { children: ComponentChildren }) {
  const { t } = useTranslator();
  return (
    <>
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
      <Header />
      <main id="content" tabIndex={-1}>
        <OfflineBanner />
        <NoticeBanner />
        <ErrorGuard>{children}</ErrorGuard>
      </main>
      <Footer />
    </>
  );
}

// Says how old the page is; the data below stays, because an old date is better than none.
function OfflineBanner() {
  const translator = useTranslator();
  const { portal, loadedAt } = useApp();
  const online = useOnline();
  const wasOnline = useRef(true);
  const text =
    loadedAt === null
      ? translator.t('offline.banner')
      : translator.t('offline.as_of', { time: formatTime(loadedAt, portal.time_zone, translator) });
  useEffect(() => {
    if (online === wasOnline.current) return;
    wasOnline.current = online;
    announce(online ? translator.t('offline.back') : text);
  }, [online]);
  if (online) return null;
  return (
    <div class="banner banner-warn">
      <Icon name="offline" />
      <p>{text}</p>
    </div>
  );
}

// The result of the last action, seen and read out.
function NoticeBanner() {
  const { t } = useTranslator();
  const { notice, setNotice } = useApp();
  const text = notice === null ? null : t(notice.key, notice.values);
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
    if (saidAt.current !== key) setNotice(null);
  }, [key]);
  if (text === null) return null;
  const close = () => {
    setNotice(null);
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
