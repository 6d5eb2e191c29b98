import { useEffect, useRef, useState } from 'preact/hooks';
import { hasCode } from '../common/api/failure.ts';
import { navigate, usePlace } from '../common/history.ts';
import { decideLanguage, LanguageProvider, rememberedLanguage, rememberLanguage } from '../common/i18n/language.tsx';
import { languages, type Language } from '../common/i18n/catalogues.ts';
import { matchRoute, needsSession, signInPath } from '../common/navigation.ts';
import { accentProperties } from '../common/colour.ts';
import { Announcer } from '../common/parts/announcer.tsx';
import type { Portal, Session } from '../common/api/client.ts';
import { Layout } from './parts/layout.tsx';
import { PageSkeleton } from './parts/skeletons.tsx';
import { StandaloneFailure } from './parts/standalone_failure.tsx';
import { AccountPage } from './pages/account.tsx';
import { ActivatePage } from './pages/activate.tsx';
import { ConfirmPage } from './pages/confirm.tsx';
import { DocumentsPage } from './pages/documents.tsx';
import { HelpPage } from './pages/help.tsx';
import { JobPage } from './pages/job.tsx';
import { JobsPage } from './pages/jobs.tsx';
import { NotFoundPage } from './pages/not_found.tsx';
import { PasswordPage } from './pages/password.tsx';
import { SignInPage } from './pages/sign_in.tsx';
import { ApplicationProvider, useApplication } from './state/application.tsx';

export function App() {
  const start = useApplication();
  const [chosen, setChosen] = useState<string | null>(rememberedLanguage);
  const portal = start.state === 'ready' ? start.application.portal : null;
  const session = start.state === 'ready' ? start.application.session : null;

  useEffect(() => {
    if (portal === null) return;
    // Through the object model: the content security policy forbids style attributes in the markup.
    for (const [name, value] of Object.entries(accentProperties(portal.colours.accent))) {
      document.documentElement.style.setProperty(name, value);
    }
  }, [portal]);

  useMarkSlow(start.state === 'loading');

  const chooseLanguage = (language: Language) => {
    setChosen(language);
    rememberLanguage(language);
  };
  return (
    <LanguageProvider language={languageFor(chosen, portal, session)} onChoose={chooseLanguage}>
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

// The skeletons of the first page follow that of the start without a pause, when there was time to see it.
const kSeenMilliseconds = 200;

function useMarkSlow(loading: boolean): void {
  const since = useRef(performance.now());
  useEffect(() => {
    if (loading || performance.now() - since.current < kSeenMilliseconds) return undefined;
    document.documentElement.dataset['slow'] = '';
    const timer = setTimeout(() => delete document.documentElement.dataset['slow'], 1000);
    return () => clearTimeout(timer);
  }, [loading]);
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
