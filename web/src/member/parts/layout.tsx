import type { ComponentChildren } from 'preact';
import { NoticeBanner, OldDataBanner, SkipLink } from '../../common/parts/banners.tsx';
import { ErrorGuard } from '../../common/parts/error_guard.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { Header } from './header.tsx';
import { Footer } from './footer.tsx';

export function Layout({ children }: { children: ComponentChildren }) {
  const { t } = useWords();
  const { notice, setNotice } = useApp();
  return (
    <>
      <SkipLink />
      <Header />
      <main id="content" tabIndex={-1}>
        <OldDataBanner />
        <NoticeBanner notice={notice} text={notice === null ? null : t(notice.key, notice.values)} onClose={() => setNotice(null)} />
        <ErrorGuard>{children}</ErrorGuard>
      </main>
      <Footer />
    </>
  );
}
