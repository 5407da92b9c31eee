// Small documents of other origins, read with suspicion.

/** Milliseconds until an answer must be complete. */
const FETCH_TIMEOUT = 10_000;

/** The browser's `fetch`, or a test's. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Asks another origin for what it says now: no cookies, no redirects, no cache. Rejects when it does not answer in time. */
export function fetchAnew(fetch: Fetch, url: string, method: 'GET' | 'HEAD'): Promise<Response> {
  return fetch(url, {
    method,
    redirect: 'error',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(FETCH_TIMEOUT),
  });
}

/** All bytes of a stream; null as soon as there are more than `limit`. */
export async function readAtMost(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | null> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
