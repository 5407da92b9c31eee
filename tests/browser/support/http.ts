// HTTP without a browser: what it would follow or hide is seen here. Hosts are named in the request, because only browsers
// find `*.localhost` on every machine.
import { type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** `url` is at a host `*.localhost` with a port. */
export function get(url: string): Promise<Answer> {
  return send('GET', url, {}, null);
}

/** CBOR, as requests to canisters are. */
export function post(url: string, body: Buffer): Promise<Answer> {
  return send('POST', url, { 'content-type': 'application/cbor' }, body);
}

function send(method: string, url: string, headers: Record<string, string>, body: Buffer | null): Promise<Answer> {
  const { host, port, pathname, search } = new URL(url);
  const options = { method, host: '127.0.0.1', port, path: pathname + search, headers: { ...headers, host } };
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
