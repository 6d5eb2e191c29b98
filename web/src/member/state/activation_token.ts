// The token of an activation link. It leaves the address bar at once, so that it stays out of the history and of shared
// addresses; it is kept in memory only, where a submission that fails does not lose it.

let token: string | null = null;

export function takeTokenFromAddress(): void {
  if (location.pathname !== '/activate' || location.hash.length < 2) return;
  token = location.hash.slice(1);
  history.replaceState(history.state, '', location.pathname + location.search);
}

export function activationToken(): string | null {
  return token;
}

export function forgetActivationToken(): void {
  token = null;
}
