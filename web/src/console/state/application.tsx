import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { call, type Portal } from '../../common/api/client.ts';
import { hasCode, type Failure } from '../../common/api/failure.ts';
import { dropGuards, navigate } from '../../common/history.ts';
import type { MessageValues } from '../../common/i18n/message.ts';
import { forgetLists } from '../../common/lists/seen.ts';
import { ShellProvider, useFreshness, type Freshness, type Shell } from '../../common/state/shell.tsx';
import { describeStaffFailure, describeStaffFieldError } from '../api/problems.ts';
import { readSession } from '../api/staff.ts';
import type { Role, StaffSession } from '../api/types.ts';
import type { ConsoleKey } from '../i18n/catalogues.ts';
import { useWords, type ConsoleTranslator } from '../i18n/words.ts';
import { signInPath } from '../navigation.ts';
import { forgetWorks } from '../work/work.ts';

// What every page of the console shares: the business, who is signed in, and what is to be said about the last action.

export interface Notice {
  readonly key: ConsoleKey;
  readonly values?: MessageValues;
}

export interface Application extends Freshness {
  // As members see it; null: the business has no portal yet.
  readonly portal: Portal | null;
  // To be called after a change of what members see on every page.
  readonly reloadPortal: () => void;
  // Null: nobody is signed in.
  readonly session: StaffSession | null;
  readonly notice: Notice | null;
  readonly setNotice: (notice: Notice | null) => void;
  readonly openSession: (session: StaffSession, notice?: Notice | null) => void;
  readonly closeSession: (notice: Notice) => void;
  // Deals with what may happen to any request: the session has ended. False: the page's own matter.
  readonly handleFailure: (failure: Failure) => boolean;
}

export type Start =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure; readonly retry: () => void }
  | { readonly state: 'ready'; readonly application: Application };

export function useApplication(): Start {
  const [ready, setReady] = useState(false);
  const [portal, setPortal] = useState<Portal | null>(null);
  const [session, setSession] = useState<StaffSession | null>(null);
  // Who is signed in, at once where the state waits for the next drawing.
  const present = useRef<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [notice, setNotice] = useState<Notice | null>(null);
  const freshness = useFreshness();
  const enter = (opened: StaffSession | null) => {
    present.current = opened?.staff.id ?? null;
    setSession(opened);
  };

  useEffect(() => {
    setFailure(null);
    void Promise.all([call('get', '/portal', {}), readSession()]).then(([portalAnswer, sessionAnswer]) => {
      if (!portalAnswer.ok && !hasCode(portalAnswer.failure, 'no_portal')) {
        setFailure(portalAnswer.failure);
      } else if (!sessionAnswer.ok && !hasCode(sessionAnswer.failure, 'not_signed_in')) {
        setFailure(sessionAnswer.failure);
      } else {
        enter(sessionAnswer.ok ? sessionAnswer.value : null);
        setPortal(portalAnswer.ok ? portalAnswer.value : null);
        setReady(true);
      }
    });
  }, [attempt]);

  const reloadPortal = useCallback(() => {
    void call('get', '/portal', {}).then((answer) => {
      if (answer.ok) setPortal(answer.value);
    });
  }, []);
  const openSession = useCallback((opened: StaffSession, said: Notice | null = null) => {
    enter(opened);
    setNotice(said);
  }, []);
  // Whatever the session was needed for is over: nothing asks whether to leave, and nothing of the clients stays in memory,
  // and nothing goes on in the name of whoever comes next.
  const leave = useCallback((said: Notice, path: string, replace: boolean) => {
    dropGuards();
    forgetLists();
    forgetWorks();
    enter(null);
    setNotice(said);
    navigate(path, { replace });
  }, []);
  const closeSession = useCallback((said: Notice) => leave(said, '/console/sign-in', false), [leave]);
  const owner = session?.staff.id ?? null;
  // What came of somebody's action is not said to the next one.
  const say = useCallback((said: Notice | null) => owner === present.current && setNotice(said), [owner]);
  // Of several answers that say so the first one leads away; later ones are none of whoever has signed in meanwhile.
  const handleFailure = useCallback(
    (problem: Failure) => {
      if (!hasCode(problem, 'not_signed_in')) return false;
      if (owner !== null && owner === present.current) leave({ key: 'sign_in.ended' }, signInPath(location.pathname + location.search), true);
      return true;
    },
    [leave, owner],
  );
  const { loadedAt, missed, markLoaded, markMissed } = freshness;
  return useMemo<Start>(() => {
    if (failure !== null) return { state: 'failed', failure, retry: () => setAttempt((count) => count + 1) };
    if (!ready) return { state: 'loading' };
    return {
      state: 'ready',
      application: {
        portal,
        reloadPortal,
        session,
        notice,
        setNotice: say,
        openSession,
        closeSession,
        handleFailure,
        loadedAt,
        missed,
        markLoaded,
        markMissed,
      },
    };
  }, [failure, ready, portal, reloadPortal, session, notice, say, openSession, closeSession, handleFailure, loadedAt, missed, markLoaded, markMissed]);
}

const ApplicationContext = createContext<Application | null>(null);

export function ApplicationProvider({ application, children }: { application: Application; children: ComponentChildren }) {
  const translator = useWords();
  const shell = useMemo(() => shellOf(application, translator), [application, translator]);
  return (
    <ApplicationContext.Provider value={application}>
      <ShellProvider shell={shell}>{children}</ShellProvider>
    </ApplicationContext.Provider>
  );
}

// What an account begins with; the portal says what holds by now.
const kMinimumPasswordLength = 12;

function shellOf(application: Application, words: ConsoleTranslator): Shell {
  const { portal, session, handleFailure, loadedAt, missed, markLoaded, markMissed } = application;
  const business = portal?.name ?? session?.account.name ?? '';
  const minimum = portal?.password.minimum_length ?? kMinimumPasswordLength;
  return {
    business,
    timeZone: session?.account.time_zone ?? portal?.time_zone ?? 'UTC',
    minimumPasswordLength: minimum,
    owner: session?.staff.id ?? null,
    paths: { signIn: '/console/sign-in', password: '/console/password' },
    pageTitle: (title) => (business === '' ? words.t('title.console', { title }) : words.t('title.page', { title, business })),
    describe: (failure, translator) => describeStaffFailure(failure, translator as ConsoleTranslator, business),
    describeField: (code, translator) => describeStaffFieldError(code, minimum, translator as ConsoleTranslator),
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
export function useSession(): StaffSession {
  const { session } = useApp();
  if (session === null) throw new Error('useSession without a session');
  return session;
}

const kRoles: readonly Role[] = ['viewer', 'manager', 'owner'];

// Each role may do what those before it may. What a role may not do is not offered; the server decides all the same.
export function useMay(role: Role): boolean {
  return kRoles.indexOf(useSession().staff.role) >= kRoles.indexOf(role);
}
