import type { Outcome } from './client.ts';
import { forgetKey, keyFor } from './idempotency.ts';
import { isUncertain, problemOf } from './failure.ts';

// A file as the body of a request. fetch() tells nothing of what has been sent, so this is the older way.

export interface Upload {
  readonly verb: 'put' | 'post';
  // Below the base of the API.
  readonly address: string;
  readonly file: File;
  readonly signal?: AbortSignal;
  // From 0 to 1.
  readonly onProgress?: (share: number) => void;
  // As for `call`; the name and the size stand for the content.
  readonly once?: boolean;
}

const kSilentMilliseconds = 60_000;

export function upload<Value>({ verb, address, file, signal, onProgress, once = false }: Upload): Promise<Outcome<Value>> {
  const place = `/api/v1${address}`;
  const fingerprint = `${file.name} ${file.size} ${file.lastModified}`;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let silence: ReturnType<typeof setTimeout>;
    let timedOut = false;
    // A large file may take as long as it moves.
    const moved = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        timedOut = true;
        request.abort();
      }, kSilentMilliseconds);
    };
    const cancel = () => request.abort();
    const settle = (outcome: Outcome<Value>) => {
      clearTimeout(silence);
      signal?.removeEventListener('abort', cancel);
      if (once && (outcome.ok || !isUncertain(outcome.failure))) forgetKey(place, fingerprint);
      resolve(outcome);
    };
    request.open(verb.toUpperCase(), place);
    request.responseType = 'text';
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', file.type === '' ? 'application/octet-stream' : file.type);
    request.setRequestHeader('Content-Disposition', contentDisposition(file.name));
    if (once) request.setRequestHeader('Idempotency-Key', keyFor(place, fingerprint));
    request.upload.onprogress = (event) => {
      moved();
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) settle({ ok: true, value: answer as Value });
      else settle({ ok: false, failure: problemOf(request.status, answer, request.getResponseHeader('Retry-After')) });
    };
    request.onerror = () => settle({ ok: false, failure: { kind: navigator.onLine ? 'network' : 'offline' } });
    request.onabort = () => settle({ ok: false, failure: { kind: timedOut ? 'timeout' : 'cancelled' } });
    signal?.addEventListener('abort', cancel);
    moved();
    if (signal?.aborted === true) {
      settle({ ok: false, failure: { kind: 'cancelled' } });
      return;
    }
    request.send(file);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

// RFC 6266 and 8187: a name in any script travels as UTF-8, percent-encoded.
export function contentDisposition(name: string): string {
  const encoded = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\uFFFD')).replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return ['attachment', `filename*=UTF-8''${encoded}`].join('; ');
}
