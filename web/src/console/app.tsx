import { useEffect, useState } from 'preact/hooks';
import { useAccent } from '../common/accent.ts';
import { hasCode } from '../common/api/failure.ts';
import { navigate, usePlace } from '../common/history.ts';
import { languages, type Language } from '../common/i18n/catalogues.ts';
import { decideLanguage, LanguageProvider, rememberedLanguage, rememberLanguage } from '../common/i18n/language.tsx';
import { Announcer } from '../common/parts/announcer.tsx';
import { lazyPage, useLazyPages } from '../common/parts/lazy_page.tsx';
import { PageSkeleton } from '../common/parts/skeletons.tsx';
import { StandaloneFailure } from '../common/parts/standalone_failure.tsx';
import { useMarkSlow } from '../common/slow.ts';
import type { StaffSession } from './api/types.ts';
import { makeConsoleTranslator } from './i18n/words.ts';
import { matchRoute, needsSession, signInPath } from './navigation.ts';
import { Layout } from './parts/layout.tsx';
import { ActivatePage } from './pages/activate.tsx';
import { ClientsPage } from './pages/clients.tsx';
import { DocumentsPage } from './pages/documents.tsx';
import { NotFoundPage } from './pages/not_found.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { PasswordPage } from './pages/password.tsx';
import { SignInPage } from './pages/sign_in.tsx';
import { UsersPage } from './pages/users.tsx';
import { ApplicationProvider, useApplication } from './state/application.tsx';

const AccountPage = lazyPage(async () => (await import('./pages/account.tsx')).AccountPage);
const ActivityPage = lazyPage(async () => (await import('./pages/activity.tsx')).ActivityPage);
const AppearancePage = lazyPage(async () => (await import('./pages/appearance.tsx')).AppearancePage);
const ClientPage = lazyPage(async () => (await import('./pages/client.tsx')).ClientPage);
const InvitationsPage = lazyPage(async () => (await import('./pages/invitations.tsx')).InvitationsPage);
const QuotePage = lazyPage(async () => (await import('./pages/quote.tsx')).QuotePage);
const QuotesPage = lazyPage(async () => (await import('./pages/quotes.tsx')).QuotesPage);
const RequestPage = lazyPage(async () => (await import('./pages/request.tsx')).RequestPage);
const RequestsPage = lazyPage(async () => (await import('./pages/requests.tsx')).RequestsPage);
const InvoicesPage = lazyPage(async () => (await import('./pages/invoices.tsx')).InvoicesPage);
const SettingsPage = lazyPage(async () => (await import('./pages/settings.tsx')).SettingsPage);

export function App() {
  const start = useApplication();
  const [chosen, setChosen] = useState<string | null>(rememberedLanguage);
  const portal = start.state === 'ready' ? start.application.portal : null;
  const session = start.state === 'ready' ? start.application.session : null;
  useAccent(portal?.colours.accent ?? null);
  useMarkSlow(start.state === 'loading');
  useLazyPages(session !== null);

  const chooseLanguage = (language: Language) => {
    setChosen(language);
    rememberLanguage(language);
  };
  // Staff read the console in any of its languages, whichever of them members are offered.
  const language = decideLanguage({
    chosen,
    member: session?.staff.language ?? null,
    browser: navigator.languages,
    offered: languages,
    fallback: portal?.default_language ?? 'en',
  });
  return (
    <LanguageProvider language={language} make={makeConsoleTranslator} onChoose={chooseLanguage}>
      <Announcer />
      {start.state === 'loading' && <PageSkeleton />}
      {start.state === 'failed' && (
        <StandaloneFailure failure={start.failure} missing={hasCode(start.failure, 'unknown_host')} retry={start.retry} />
      )}
      {start.state === 'ready' && (
        <ApplicationProvider application={start.application}>
          <Layout>
            <Page session={session} />
          </Layout>
        </ApplicationProvider>
      )}
    </LanguageProvider>
  );
}

// A page behind the sign-in is never drawn without a session, not even for a moment.
function Page({ session }: { session: StaffSession | null }) {
  const place = usePlace();
  const route = matchRoute(place.path);
  const mustSignIn = needsSession(route) && session === null;
  useEffect(() => {
    if (mustSignIn) navigate(signInPath(place.path + place.search), { replace: true });
  }, [mustSignIn, place]);
  if (mustSignIn) return null;
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'clients':
      return <ClientsPage />;
    case 'client':
      return <ClientPage key={route.id} id={route.id} />;
    case 'users':
      return <UsersPage />;
    case 'requests':
      return <RequestsPage />;
    case 'request':
      return <RequestPage key={route.id} id={route.id} />;
    case 'quotes':
      return <QuotesPage />;
    case 'quote':
      return <QuotePage key={route.id} id={route.id} />;
    case 'documents':
      return <DocumentsPage />;
    case 'invoices':
      return <InvoicesPage />;
    case 'appearance':
      return <AppearancePage />;
    case 'invitations':
      return <InvitationsPage />;
    case 'activity':
      return <ActivityPage />;
    case 'settings':
      return <SettingsPage />;
    case 'account':
      return <AccountPage />;
    case 'sign_in':
      return <SignInPage />;
    case 'activate':
      return <ActivatePage />;
    case 'password':
      return <PasswordPage />;
    case 'not_found':
      return <NotFoundPage />;
  }
}
