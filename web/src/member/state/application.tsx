import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { call, type Outcome, type Portal, type Session } from '../../common/api/client.ts';
import { describeFailure, describeFieldError, hasCode, type Failure } from '../../common/api/failure.ts';
import { navigate } from '../../common/history.ts';
import { signInPath } from '../../common/navigation.ts';
import type { MessageValues } from '../../common/i18n/message.ts';
import { forgetLists } from '../../common/lists/seen.ts';
import { useChanges } from '../../common/live/use_changes.ts';
import { useFollowing } from '../../common/live/use_following.ts';
import { ShellProvider, useFreshness, type Freshness, type Shell } from '../../common/state/shell.tsx';
import type { MemberKey } from '../i18n/catalogues.ts';
import { pageTitle } from '../pages/title.ts';
import { dropDraftsOfOthers, forgetDrafts } from './drafts.ts';

// What every page shares: the business's portal, who is signed in, and what is to be said about the last action.

export interface Notice {
  readonly key: MemberKey;
  readonly values?: MessageValues;
}

export interface Application extends Freshness {
  readonly portal: Portal;
  // Null: nobody is signed in.
  readonly session: Session | null;
  readonly notice: Notice | null;
  readonly setNotice: (notice: Notice | null) => void;
  readonly openSession: (session: Session, notice?: Notice | null) => void;
  readonly closeSession: (notice: Notice) => void;
  // Deals with what may happen to any request: the session has ended, or acts for another client now. False: the page's own matter.
  readonly handleFailure: (failure: Failure) => boolean;
}

export type Start =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure; readonly retry: () => void }
  | { readonly state: 'ready'; readonly application: Application };

type Answers = Promise<readonly [Outcome<Portal>, Outcome<Session>]>;

const askForStart = (): Answers => Promise.all([call('get', '/portal', {}), call('get', '/session', {})]);

let asked: Answers | null = null;

// The questions of every start are on their way while the page is still being drawn for the first time.
export function askEarly(): void {
  asked = askForStart();
}

// After a question about the session that had no answer.
const kAskAgainMilliseconds = 5000;

export function useApplication(): Start {
  const [portal, setPortal] = useState<Portal | null>(null);
  const [session, setSession] = useState<Session | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [notice, setNotice] = useState<Notice | null>(null);
  const { loadedAt, missed, markLoaded, markMissed } = useFreshness();

  useEffect(() => {
    setFailure(null);
    const answers = asked ?? askForStart();
    asked = null;
    void answers.then(([portalAnswer, sessionAnswer]) => {
      if (!portalAnswer.ok) {
        setFailure(portalAnswer.failure);
      } else if (!sessionAnswer.ok && !hasCode(sessionAnswer.failure, 'not_signed_in')) {
        setFailure(sessionAnswer.failure);
      } else {
        setSession(sessionAnswer.ok ? sessionAnswer.value : null);
        setPortal(portalAnswer.value);
      }
    });
  }, [attempt]);

  const reloadSession = useReloadSession(setSession, setNotice, setFailure);
  const openSession = useCallback((opened: Session, said: Notice | null = null) => {
    setSession(opened);
    setNotice(said);
  }, []);
  // Signing out leaves nothing of the client's behind.
  const closeSession = useCallback((said: Notice) => {
    forgetLists();
    forgetDrafts();
    setSession(null);
    setNotice(said);
    navigate('/sign-in');
  }, []);
  const handleFailure = useCallback(
    (problem: Failure) => {
      if (hasCode(problem, 'not_signed_in')) {
        forgetLists();
        setSession(null);
        setNotice({ key: 'sign_in.ended' });
        navigate(signInPath(location.pathname + location.search), { replace: true });
        return true;
      }
      if (hasCode(problem, 'membership_changed')) {
        reloadSession();
        return true;
      }
      return false;
    },
    [reloadSession],
  );

  // A draft goes with the first membership that is not its own.
  const membership = session?.membership.id;
  useEffect(() => {
    if (membership !== undefined) dropDraftsOfOthers(membership);
  }, [membership]);

  useLive(session, setPortal, setSession, handleFailure);

  return useMemo<Start>(() => {
    if (failure !== null) return { state: 'failed', failure, retry: () => setAttempt((count) => count + 1) };
    if (portal === null) return { state: 'loading' };
    return {
      state: 'ready',
      application: { portal, session, notice, setNotice, openSession, closeSession, handleFailure, loadedAt, missed, markLoaded, markMissed },
    };
  }, [failure, portal, session, notice, openSession, closeSession, handleFailure, loadedAt, missed, markLoaded, markMissed]);
}

// What is the same is not drawn again.
const isSame = (known: unknown, answer: unknown) => JSON.stringify(known) === JSON.stringify(answer);

// What every page shows of the business and of the person changes by itself. When the stream ends because the session may do so, the
// session is asked about, which decides.
function useLive(
  session: Session | null,
  setPortal: (next: (known: Portal | null) => Portal | null) => void,
  setSession: (next: (known: Session | null) => Session | null) => void,
  handleFailure: (failure: Failure) => boolean,
): void {
  const [attempt, setAttempt] = useState(0);
  const membership = session?.membership.id ?? null;
  const current = useRef(membership);
  current.current = membership;
  useFollowing(membership, attempt);
  useChanges(['settings', 'ended'], (changes, again) => {
    // No worker keeps these.
    if (membership === null || again) return;
    void call('get', '/portal', {}).then((answer) => {
      if (answer.ok) setPortal((known) => (isSame(known, answer.value) ? known : answer.value));
    });
    const ended = changes.some(({ name }) => name === 'ended');
    void call('get', '/session', { membership }).then((answer) => {
      // Whoever has signed out or switched meanwhile knows better.
      if (current.current !== membership) return;
      if (answer.ok) setSession((known) => (isSame(known, answer.value) ? known : answer.value));
      else handleFailure(answer.failure);
      if (ended) setTimeout(() => setAttempt((count) => count + 1), answer.ok ? 0 : kAskAgainMilliseconds);
    });
  });
}

// Another tab of the same browser has switched clients: this one follows and says so.
function useReloadSession(
  setSession: (session: Session | null) => void,
  setNotice: (notice: Notice) => void,
  setFailure: (failure: Failure) => void,
): () => void {
  const running = useRef(false);
  return useCallback(() => {
    if (running.current) return;
    running.current = true;
    void call('get', '/session', {}).then((answer) => {
      running.current = false;
      if (answer.ok) {
        setNotice({ key: 'header.client_now', values: { client: answer.value.membership.client.name } });
        setSession(answer.value);
        navigate('/', { replace: true });
      } else if (hasCode(answer.failure, 'not_signed_in')) {
        forgetLists();
        setSession(null);
        navigate(signInPath('/'), { replace: true });
      } else {
        // What stands here is another client's by now, and for whom to go on is not known: the page says so, and how to try again.
        setFailure(answer.failure);
      }
    });
  }, [setSession, setNotice, setFailure]);
}

const ApplicationContext = createContext<Application | null>(null);

export function ApplicationProvider({ application, children }: { application: Application; children: ComponentChildren }) {
  const shell = useMemo(() => shellOf(application), [application]);
  return (
    <ApplicationContext.Provider value={application}>
      <ShellProvider shell={shell}>{children}</ShellProvider>
    </ApplicationContext.Provider>
  );
}

// What the parts that both entry points share know of this one.
function shellOf({ portal, session, handleFailure, loadedAt, missed, markLoaded, markMissed }: Application): Shell {
  const minimum = portal.password.minimum_length;
  return {
    business: portal.name,
    timeZone: portal.time_zone,
    minimumPasswordLength: minimum,
    owner: session?.membership.id ?? null,
    paths: { signIn: '/sign-in', password: '/password' },
    pageTitle: (title) => pageTitle(title, portal.name),
    describe: (failure, translator) => describeFailure(failure, translator, portal.name),
    describeField: (code, translator) => describeFieldError(code, minimum, translator),
    handleFailure,
    loadedAt,
    missed,
    markLoaded,
    markMissed,
  };
}

export function useApp(): Application {
  const application = useContext(ApplicationContext);
  if (application === null) throw new Error('useApp outside of ApplicationProvider');
  return application;
}

// For pages that stand behind the sign-in.
export function useSession(): Session {
  const { session } = useApp();
  if (session === null) throw new Error('useSession without a session');
  return session;
}
