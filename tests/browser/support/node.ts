// A node, or what stands before it, that loses answers or lies.
import type { Page, Request, Route } from '@playwright/test';
import { post } from './http';

/** Which method of a canister an update asks for; null for anything else. */
function methodOf(request: Request): string | null {
  if (!/\/api\/v\d+\/canister\/[^/]+\/call$/.test(new URL(request.url()).pathname)) return null;
  // CBOR: a text of up to 23 bytes has its length in the five low bits before it, a longer one in a byte of its own.
  const body = bodyOf(request);
  const key = 'method_name';
  let at = body.indexOf(key) + key.length;
  let length = (body[at] ?? 0) & 0x1f;
  if (length === 24) {
    at += 1;
    length = body[at] ?? 0;
  }
  return body.subarray(at + 1, at + 1 + length).toString();
}

function bodyOf(request: Request): Buffer {
  const body = request.postDataBuffer();
  if (!body) throw new Error(`the browser did not show the body of ${request.method()} ${request.url()}`);
  return body;
}

export interface Lost {
  /** How many answers got lost. */
  count(): number;
  /** From now on they come. */
  ends(): Promise<void>;
}

/** The network does what it is asked, and the page never hears of it. */
export async function losesAnswers(page: Page, method: string): Promise<Lost> {
  let count = 0;
  const pattern = '**/api/**/call';
  await page.route(pattern, async (route) => {
    const request = route.request();
    if (methodOf(request) !== method) return route.fallback();
    await post(request.url(), bodyOf(request));
    count += 1;
    return route.abort();
  });
  return { count: () => count, ends: () => page.unroute(pattern) };
}

/** The network does what the page's first such call asks for, the page never hears of it, and then this happens. */
export async function losesFirstAnswer(
  page: Page,
  method: string,
  then: () => Promise<void> = async () => undefined,
): Promise<Pick<Lost, 'count'>> {
  // The agent sends the very same request again, as often as it gets no answer. Another call of the method is another request.
  let first: Buffer | undefined;
  let count = 0;
  await page.route('**/api/**/call', async (route) => {
    const request = route.request();
    const body = bodyOf(request);
    if (methodOf(request) !== method || (first && !first.equals(body))) return route.fallback();
    count += 1;
    if (!first) {
      first = body;
      await post(request.url(), body);
      await then();
    }
    return route.abort();
  });
  return { count: () => count };
}

/** The node takes no call of a session, as if it were over. */
export async function endsSessions(page: Page): Promise<Pick<Lost, 'ends'>> {
  const pattern = '**/api/**/call';
  await page.route(pattern, (route) => route.fulfill({ status: 400, body: 'Invalid delegation: it has expired' }));
  return { ends: () => page.unroute(pattern) };
}

/** Calls get no answer until the connection to the node breaks, and none after that. */
export async function staysSilent(page: Page): Promise<{ breaksOff(): Promise<void> }> {
  let isBroken = false;
  const waiting: Route[] = [];
  await page.route('**/api/**/call', async (route) => {
    if (isBroken) await route.abort();
    else waiting.push(route);
  });
  return {
    breaksOff: async () => {
      isBroken = true;
      for (const route of waiting) await route.abort();
    },
  };
}

/** The node does not pass such calls on, and refuses them one after the other in these words. They have no certificate. */
export async function refuses(page: Page, method: string, words: readonly string[]): Promise<void> {
  let next = 0;
  await page.route('**/api/**/call', (route) => {
    if (methodOf(route.request()) !== method) return route.fallback();
    const message = words[Math.min(next, words.length - 1)] ?? '';
    next += 1;
    const body = Buffer.concat([
      Buffer.of(0xa3),
      text('status'),
      text('non_replicated_rejection'),
      text('reject_code'),
      Buffer.of(4),
      text('reject_message'),
      text(message),
    ]);
    return route.fulfill({ status: 200, contentType: 'application/cbor', body });
  });
}

/** CBOR of a text of up to 255 bytes. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(0x78, bytes.length), bytes]);
}
