// One key for each thing that is to be done once: whoever presses the button again after a lost answer sends the same key with the same
// words, so that the server knows the request. An answer ends the key; so does time, because a later wish is another one.

const kKeptMilliseconds = 3_600_000;

const keys = new Map<string, { readonly key: string; readonly since: number }>();

function nameOf(address: string, body: string | null): string {
  return `${address} ${body ?? ''}`;
}

export function keyFor(address: string, body: string | null, now = Date.now()): string {
  const name = nameOf(address, body);
  const known = keys.get(name);
  if (known !== undefined && now - known.since < kKeptMilliseconds) return known.key;
  const key = newKey();
  keys.set(name, { key, since: now });
  return key;
}

export function forgetKey(address: string, body: string | null): void {
  keys.delete(nameOf(address, body));
}

// crypto.randomUUID is not there on a portal without TLS.
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
