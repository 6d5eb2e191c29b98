import { useEffect, useState } from 'preact/hooks';
import { hasCode } from '../common/api/failure.ts';
import { navigate, usePlace } from '../common/history.ts';
import { decideLanguage, LanguageProvider, rememberedLanguage, rememberLanguage } from '../common/i18n/language.tsx';
import { languages, type Language } from '../common/i18n/catalogues.ts';
import { matchRoute, needsSession, signInPath } from '../common/navigation.ts';
import { useAccent } from '../common/accent.ts';
import { useMarkSlow } from '../common/slow.ts';
import { Announcer } from '../common/parts/announcer.tsx';
import type { Portal, Session } from '../common/api/client.ts';
import { makeMemberTranslator } from './i18n/words.ts';
import { Layout } from './parts/layout.tsx';
import { lazyPage, useLazyPages } from '../common/parts/lazy_page.tsx';
import { PageSkeleton } from '../common/parts/skeletons.tsx';
import { StandaloneFailure } from '../common/parts/standalone_failure.tsx';
import { ActivatePage } from './pages/activate.tsx';
import { ConfirmPage } from './pages/confirm.tsx';
import { DocumentsPage } from './pages/documents.tsx';
import { HelpPage } from './pages/help.tsx';
import { InvoicesPage } from './pages/invoices.tsx';
import { JobPage } from './pages/job.tsx';
import { JobsPage } from './pages/jobs.tsx';
import { NotFoundPage } from './pages/not_found.tsx';
import { PasswordPage } from './pages/password.tsx';
import { SignInPage } from './pages/sign_in.tsx';
import { ApplicationProvider, useApplication } from './state/application.tsx';

const AccountPage = lazyPage(async () => (await import('./pages/account.tsx')).AccountPage);
const NewRequestPage = lazyPage(async () => (await import('./pages/new_request.tsx')).NewRequestPage, 'create_work_requests');
const QuotePage = lazyPage(async () => (await import('./pages/quote.tsx')).QuotePage, 'accept_quotes');
const QuotesPage = lazyPage(async () => (await import('./pages/quotes.tsx')).QuotesPage, 'accept_quotes');
const RequestPage = lazyPage(async () => (await import('./pages/request.tsx')).RequestPage, 'create_work_requests');
const RequestsPage = lazyPage(async () => (await import('./pages/requests.tsx')).RequestsPage, 'create_work_requests');

export function App() {
  const start = useApplication();
  const [chosen, setChosen] = useState<string | null>(rememberedLanguage);
  const portal = start.state === 'ready' ? start.application.portal : null;
  const session = start.state === 'ready' ? start.application.session : null;

  useAccent(portal?.colours.accent ?? null);
  useLazyPages(session !== null, session?.membership.permissions);
  useMarkSlow(start.state === 'loading');

  const chooseLanguage = (language: Language) => {
    setChosen(language);
    rememberLanguage(language);
  };
  return (
    <LanguageProvider language={languageFor(chosen, portal, session)} make={makeMemberTranslator} onChoose={chooseLanguage}>
      <Announcer />
      {start.state === 'loading' && <PageSkeleton />}
      {start.state === 'failed' && (
        <StandaloneFailure
          failure={start.failure}
          missing={hasCode(start.failure, 'no_portal', 'unknown_host')}
          retry={start.retry}
        />
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

// Until the portal is known, the browser's wish decides among the languages that there are.
function languageFor(chosen: string | null, portal: Portal | null, session: Session | null): Language {
  return decideLanguage({
    chosen,
    member: session?.member.language ?? null,
    browser: navigator.languages,
    offered: portal?.languages ?? languages,
    fallback: portal?.default_language ?? 'en',
  });
}

// A page behind the sign-in is never drawn without a session, not even for a moment.
function Page({ session }: { session: Session | null }) {
  const place = usePlace();
  const route = matchRoute(place.path);
  const mustSignIn = needsSession(route) && session === null;
  useEffect(() => {
    if (mustSignIn) navigate(signInPath(place.path + place.search), { replace: true });
  }, [mustSignIn, place]);
  if (mustSignIn) return null;
  switch (route.page) {
    case 'jobs':
      return <JobsPage />;
    case 'job':
      return <JobPage key={route.id} id={route.id} />;
    case 'documents':
      return <DocumentsPage />;
    case 'quotes':
      return <QuotesPage />;
    case 'quote':
      return <QuotePage key={route.id} id={route.id} />;
    case 'requests':
      return <RequestsPage />;
    case 'new_request':
      return <NewRequestPage />;
    case 'request':
      return <RequestPage key={route.id} id={route.id} />;
    case 'invoices':
      return <InvoicesPage />;
    case 'account':
      return <AccountPage />;
    case 'help':
      return <HelpPage />;
    case 'sign_in':
      return <SignInPage />;
    case 'activate':
      return <ActivatePage />;
    case 'password':
      return <PasswordPage />;
    case 'confirm':
      return <ConfirmPage />;
    case 'not_found':
      return <NotFoundPage />;
  }
}
