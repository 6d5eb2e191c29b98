import type { ComponentChildren } from 'preact';
import { NoticeBanner, OldDataBanner, SkipLink } from '../../common/parts/banners.tsx';
import { ErrorGuard } from '../../common/parts/error_guard.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { WorkPanel } from '../work/work_panel.tsx';
import { Header } from './header.tsx';
import { LanguageSwitch } from './language_switch.tsx';
import { SideBar } from './side_bar.tsx';

// From 1024 pixels the pages of the console stand beside their list; below that the list is a menu in the header.
export function Layout({ children }: { children: ComponentChildren }) {
  const { t } = useWords();
  const { session, notice, setNotice } = useApp();
  return (
    <div class={session === null ? 'console console-signed-out' : 'console'}>
      <SkipLink />
      <Header />
      {session !== null && <SideBar />}
      <main id="content" tabIndex={-1}>
        <OldDataBanner />
        <NoticeBanner notice={notice} text={notice === null ? null : t(notice.key, notice.values)} onClose={() => setNotice(null)} />
        {session !== null && <WorkPanel />}
        <ErrorGuard>{children}</ErrorGuard>
      </main>
      {session === null && (
        <footer class="footer">
          <LanguageSwitch />
        </footer>
      )}
    </div>
  );
}
