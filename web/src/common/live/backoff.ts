// How long to wait before the next try, so that those who were sent away together do not come back together.

const kFirstMilliseconds = 1000;
const kLongestMilliseconds = 30_000;

// `failures` in a row; `retryAfterSeconds` is what the server said. Between half of the time and the whole of it.
export function waitAfter(failures: number, retryAfterSeconds: number | null, random = Math.random): number {
  if (failures === 0) return Math.round(random() * kFirstMilliseconds);
  const grown = Math.min(kLongestMilliseconds, kFirstMilliseconds * 2 ** Math.min(failures - 1, 10));
  const told = Math.min(kLongestMilliseconds * 4, (retryAfterSeconds ?? 0) * 1000);
  return Math.round(told + grown * (0.5 + random() / 2));
}
