import { useEffect } from 'preact/hooks';
import { SignIn } from '../../common/account/sign_in.tsx';
import { navigate, usePlace } from '../../common/history.ts';
import { signIn } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { safeConsoleNext } from '../navigation.ts';
import { useApp } from '../state/application.tsx';

// Who comes here with a session goes straight on; so does everybody after signing in.
export function SignInPage() {
  const { t } = useWords();
  const { session, openSession } = useApp();
  const place = usePlace();
  const next = safeConsoleNext(new URLSearchParams(place.search).get('next'), location.origin);

  useEffect(() => {
    if (session !== null) navigate(next, { replace: true });
  }, [session]);
  if (session !== null) return null;
  return (
    <SignIn request={signIn} onDone={openSession}>
      <p class="muted">{t('sign_in.for_staff')}</p>
      <p>
        <a class="text-link" href="/">
          {t('sign_in.to_portal')}
        </a>
      </p>
    </SignIn>
  );
}
