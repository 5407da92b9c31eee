// How the page is delivered: certified, small, by itself.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { get } from '../support/http';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

const DIST = new URL('../../../canisters/front/web/dist/', import.meta.url);
const BUDGET = 250 * 1024;

/** What the module was built with, by path. */
async function assets(): Promise<string[]> {
  const entries = await readdir(DIST, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('//', '/').slice(DIST.pathname.length));
}

test('every asset verifies with the published library, and another body does not', async ({ stage }) => {
  const { front } = stage.programme;
  const files = await assets();
  expect(files.length).toBeGreaterThan(3);
  const paths = files.map((file) => (file === 'index.html' ? '/' : `/${file}`));
  for (const path of [...paths, '/authorize', '/env.json', '/.well-known/ic-domains', '/.well-known/webauthn', '/nothing']) {
    for (const encodings of ['identity', 'gzip, deflate, br']) {
      const { status, version, refusalOfAnother } = await stage.verifiesAsset(front, path, encodings);
      expect([path, version]).toEqual([path, 2]);
      expect(refusalOfAnother).not.toBe('');
      if (files.includes(path.slice(1)) || path === '/') expect([path, status]).toEqual([path, 200]);
    }
  }
});

test('a gateway refuses what a canister serves with the certificate of something else', async ({ stage, device }) => {
  const [dapp] = stage.programme.dapps;
  const laptop = await device();
  const page = await laptop.opens(`${dapp.origin}/auth.html`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await stage.spoils(dapp, '/auth.html');
  try {
    const response = await page.goto(`${dapp.origin}/auth.html`);
    expect(response?.status()).toBeGreaterThanOrEqual(500);
    await expect(page.getByRole('heading', { name: 'With @icp-sdk/auth' })).toBeHidden();
    expect((await page.goto(`${dapp.origin}/`))?.status()).toBe(200);
  } finally {
    await stage.sets(dapp, {});
  }
});

test('the whole page is under 250 KiB on the wire, compressed, cacheable, and from its own origin', async ({ stage, device }) => {
  const { page: origin } = stage.programme;
  const laptop = await device();
  const page = await laptop.context.newPage();
  const sizes: [string, number][] = [];
  const work: Promise<void>[] = [];
  const foreign: string[] = [];
  page.on('response', (response) => {
    const url = new URL(response.url());
    if (url.origin !== origin) foreign.push(url.href);
    if (url.pathname.startsWith('/api/')) return;
    work.push(
      response
        .request()
        .sizes()
        // Below zero for what the browser had already.
        .then(({ responseBodySize }) => void sizes.push([url.pathname, Math.max(0, responseBodySize)])),
    );
    if (url.pathname.startsWith('/assets/')) {
      expect(response.headers()['cache-control']).toContain('immutable');
      if (url.pathname.endsWith('.js')) expect(response.headers()['content-encoding']).toMatch(/gzip|br/);
    }
  });
  await page.goto(origin);
  await expect(page.getByRole('heading', { level: 1, name: texts.welcome.title })).toBeVisible();
  await Promise.all(work);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`on the wire: ${sizes.map(([path, bytes]) => `${path} ${bytes}`).join(', ')}; together ${total} bytes`);
  expect(total).toBeGreaterThan(10_000);
  expect(total).toBeLessThan(BUDGET);
  expect(foreign).toEqual([]);
  // Also what this screen did not ask for.
  const all = await Promise.all((await assets()).map(async (file) => gzipSync(await readFile(new URL(file, DIST))).length));
  expect(all.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(BUDGET);
});

test('its headers allow nothing that it does not need', async ({ stage }) => {
  for (const path of ['/', '/authorize']) {
    const { status, headers } = await get(`${stage.programme.page}${path}`);
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toContain('unsafe-eval');
    expect(headers['x-content-type-options']).toBe('nosniff');
    // Openers must reach the page by window messages.
    expect(headers['cross-origin-opener-policy'] ?? 'unsafe-none').toBe('unsafe-none');
  }
});

test('its environment is the network’s', async ({ stage }) => {
  const { page, front, rootKey, shards } = stage.programme;
  const { text } = await get(`${page}/env.json`);
  const env = JSON.parse(text) as { front: string; root_key: string; shards: { canister: string }[] };
  expect(env.front).toBe(front);
  expect(env.root_key).toBe(rootKey);
  expect(env.shards.map(({ canister }) => canister)).toEqual(shards);
});

test('on a raw host everything but the metrics leads to the certified one', async ({ stage }) => {
  const { front, port, page } = stage.programme;
  const raw = `http://${front}.raw.localhost:${port}`;
  for (const path of ['/', '/authorize', '/env.json']) {
    const { status, headers } = await get(`${raw}${path}`);
    expect([301, 302, 307, 308], `${path}: ${status}`).toContain(status);
    expect(new URL(headers.location ?? '', raw).href).toBe(`${page}${path}`);
  }
  const { status, text } = await get(`${raw}/metrics`);
  expect(status).toBe(200);
  expect(text).toContain('# TYPE');
});
