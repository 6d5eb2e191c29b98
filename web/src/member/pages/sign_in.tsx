import { useEffect } from 'preact/hooks';
import { SignIn } from '../../common/account/sign_in.tsx';
import { call } from '../../common/api/client.ts';
import { navigate, usePlace } from '../../common/history.ts';
import { matchRoute, safeNext } from '../../common/navigation.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

// Who comes here with a session goes straight on; so does everybody after signing in.
export function SignInPage() {
  const { t } = useWords();
  const { session, openSession } = useApp();
  const place = usePlace();
  const next = safeNext(new URLSearchParams(place.search).get('next'), location.origin);

  useEffect(() => {
    if (session !== null) goTo(next);
  }, [session]);
  if (session !== null) return null;
  return (
    <SignIn request={(email, password) => call('post', '/session', { body: { email, password } })} onDone={openSession}>
      <p class="muted">{t('sign_in.first_time')}</p>
    </SignIn>
  );
}

// A page of ours opens in place; another location of the same host, guarded by the same sign-in, is loaded by the browser.
function goTo(next: string): void {
  if (matchRoute(new URL(next, location.origin).pathname).page === 'not_found') {
    location.assign(next);
  } else {
    navigate(next, { replace: true });
  }
}
