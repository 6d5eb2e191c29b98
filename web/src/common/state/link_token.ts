import { useEffect, useState } from 'preact/hooks';
import { usePlace } from '../history.ts';

// The token of a link in a message. It leaves the address bar at once, so that it stays out of the history and of shared
// addresses; it is kept in memory only, where a submission that fails does not lose it.

let pages: readonly string[] = [];
let kept: { readonly path: string; readonly token: string } | null = null;

// The pages to which links with a token lead; before anything else looks at the address.
export function startLinkTokens(pagesWithTokens: readonly string[]): void {
  pages = pagesWithTokens;
  takeTokenFromAddress();
}

function takeTokenFromAddress(): void {
  if (!pages.includes(location.pathname) || location.hash.length < 2) return;
  kept = { path: location.pathname, token: location.hash.slice(1) };
  history.replaceState(history.state, '', location.pathname + location.search);
}

export function forgetToken(): void {
  kept = null;
}

// The token that came with this page; null without one. A second link pasted into the same tab changes only the fragment, so that the
// page is not loaded again; `onNext` is told then.
export function useLinkToken(onNext: () => void): string | null {
  const { path, key } = usePlace();
  const read = () => (kept?.path === path ? kept.token : null);
  const [token, setToken] = useState(read);
  useEffect(() => {
    const takeNext = () => {
      takeTokenFromAddress();
      onNext();
      setToken(read());
    };
    window.addEventListener('hashchange', takeNext);
    return () => window.removeEventListener('hashchange', takeNext);
  }, [path]);
  useEffect(() => setToken(read()), [path, key]);
  return token;
}
