// Who may ask for whose pseudonyms, and where answers go.
import type { Page } from '@playwright/test';
import { Dapp, type Way } from '../support/dapp';
import type { Device } from '../support/device';
import { inspect } from '../support/inspect';
import { LoginPage } from '../support/login-page';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

/** A window of another site, opened by the page. */
async function opensWindow(page: Page, device: Device, url: string, name = '_blank'): Promise<LoginPage> {
  const popup = page.waitForEvent('popup');
  await page.evaluate(
    ([target, called]) => {
      // What comes back is kept for the test to look at.
      const inbox: { origin: string; data: unknown }[] = [];
      Object.assign(window, { inbox, opened: window.open(target, called) });
      window.addEventListener('message', ({ origin, data }) => inbox.push({ origin, data: data as unknown }));
    },
    [url, name] as const,
  );
  const opened = await popup;
  await device.ready(opened);
  return new LoginPage(opened, device);
}

interface Inbox {
  inbox: { origin: string; data: { kind?: string } | undefined }[];
}

const kinds = (page: Page): Promise<(string | undefined)[]> =>
  page.evaluate(() => (window as unknown as Inbox).inbox.map(({ data }) => data?.kind));

/** Posts a request as `@dfinity/auth-client` does. */
const asks = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { opened } = window as unknown as { opened: Window };
    opened.postMessage({ kind: 'authorize-client', sessionPublicKey: new Uint8Array(44).fill(1) }, '*');
  });

for (const way of ['auth', 'auth-client', 'redirect'] satisfies Way[]) {
  test(`${way}: an origin on the certified list gets the pseudonym of the other one`, async ({ stage, owner }) => {
    const [home, branch] = stage.programme.dapps;
    const { device, anchor } = await owner();
    const own = await Dapp.opens(device, home, way);
    await (await own.logsIn()).clicks(texts.authorize.logInAs(anchor));
    const { principal } = await own.isLoggedIn();

    await stage.sets(home, { alternative_origins: ['https://somewhere.example', branch.origin] });
    try {
      const dapp = await Dapp.opens(device, branch, way, { derivation: home.origin });
      const consent = await dapp.logsIn();
      await expect(consent.page.getByText(branch.origin, { exact: true })).toBeVisible();
      await expect(consent.page.getByText(home.origin, { exact: true })).toBeVisible();
      if (way === 'auth-client') await inspect(consent.page, 'authorize-derivation');
      await consent.clicks(texts.authorize.logInAs(anchor));
      const result = await dapp.isLoggedIn();
      expect(result.principal).toBe(principal);
      expect(result.seenByUpdate).toBe(principal);
    } finally {
      await stage.sets(home, {});
    }
  });

  test(`${way}: an origin that is not on the list is refused, and told so`, async ({ stage, owner }) => {
    const [home, branch] = stage.programme.dapps;
    const { device } = await owner();
    const dapp = await Dapp.opens(device, branch, way, { derivation: home.origin });
    await dapp.logsIn();
    expect(await dapp.isRefused()).not.toBe('');
  });
}

test('a list of more than ten origins counts for nothing', async ({ stage, owner }) => {
  const [home, branch] = stage.programme.dapps;
  const { device } = await owner();
  const others = Array.from({ length: 10 }, (_, index) => `https://dapp-${index}.example`);
  await stage.sets(home, { alternative_origins: [branch.origin, ...others] });
  try {
    const dapp = await Dapp.opens(device, branch, 'auth', { derivation: home.origin });
    await dapp.logsIn();
    expect(await dapp.isRefused()).not.toBe('');
  } finally {
    await stage.sets(home, {});
  }
});

test('a list that is not the certified one counts for nothing', async ({ stage, owner }) => {
  const [home, branch] = stage.programme.dapps;
  const { device } = await owner();
  await stage.sets(home, { alternative_origins: [branch.origin] });
  await stage.spoils(home, '/.well-known/ii-alternative-origins');
  try {
    // The way that hands the reason to the dapp. The list says the same as before: only its certificate tells it apart.
    const dapp = await Dapp.opens(device, branch, 'auth-client', { derivation: home.origin });
    await dapp.logsIn();
    expect(await dapp.isRefused()).toContain('are not as the canister certified them');
  } finally {
    await stage.sets(home, {});
  }
});

test('a callback that is not on its origin’s list gets nothing', async ({ stage, owner }) => {
  const [home] = stage.programme.dapps;
  const { device } = await owner();
  await stage.sets(home, { callbacks: [`${home.origin}/other.html`] });
  try {
    const dapp = await Dapp.opens(device, home, 'redirect');
    const consent = await dapp.logsIn();
    await consent.shows(texts.authorize.refusedTitle);
    await consent.complains(texts.protocol['bad-callback']);
    await inspect(consent.page, 'callback-refused');
    await expect(consent.button(texts.authorize.decline)).toBeHidden();
    expect(new URL(consent.page.url()).origin).toBe(stage.programme.page);
  } finally {
    await stage.sets(home, {});
  }
});

test('nobody waits: the page says so', async ({ visits }) => {
  for (const path of ['/#authorize', '/authorize']) {
    const page = await visits(undefined, path);
    await page.complains(texts.protocol['no-opener']);
    if (path === '/authorize') await inspect(page.page, 'authorize-nobody');
  }
});

test('an opener without an origin is refused and hears nothing', async ({ stage, device }) => {
  const laptop = await device();
  const [{ origin }] = stage.programme.dapps;
  // A sandboxed document: its origin is opaque, whatever its address says.
  await laptop.context.route(`${origin}/sandboxed`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': 'sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox' },
      body: '<!doctype html><title>hostile</title>',
    }),
  );
  const page = await laptop.opens(`${origin}/sandboxed`);
  expect(await page.evaluate(() => origin)).toBe('null');
  const login = await opensWindow(page, laptop, `${stage.programme.page}/#authorize`);
  await expect.poll(() => kinds(page)).toEqual(['authorize-ready']);
  await asks(page);
  await login.shows(texts.authorize.refusedTitle);
  await login.complains(texts.protocol['opaque-origin']);
  await inspect(login.page, 'authorize-refused');
  expect(await kinds(page)).toEqual(['authorize-ready']);
});

test('the first request counts, and others’ messages do not', async ({ stage, owner }) => {
  const [home, hostile] = stage.programme.dapps;
  const { device, anchor } = await owner();
  const dapp = await Dapp.opens(device, home, 'auth-client');
  const login = await dapp.logsIn();
  await expect(login.button(texts.authorize.logInAs(anchor))).toBeVisible();
  // What another window of another origin sends, and what the opener's window sends once it shows another origin.
  await login.page.evaluate((origin) => {
    const event = { data: { kind: 'authorize-client', sessionPublicKey: new Uint8Array(44).fill(1) }, origin };
    window.dispatchEvent(new MessageEvent('message', { ...event, source: window }));
    window.dispatchEvent(new MessageEvent('message', { ...event, source: window.opener as Window }));
  }, hostile.origin);
  await expect(login.page.getByText(hostile.origin)).toBeHidden();
  await login.clicks(texts.authorize.logInAs(anchor));
  const { principal, chain } = await dapp.isLoggedIn();
  expect((await stage.verifies(chain)).pseudonym).toBe(principal);
});

test('an opener that has become another site does not get the answer of the one that asked', async ({ stage, owner }) => {
  const [home, hostile] = stage.programme.dapps;
  const { device, anchor } = await owner();
  const page = await device.opens(home.origin);
  const login = await opensWindow(page, device, `${stage.programme.page}/#authorize`);
  await expect.poll(() => kinds(page)).toEqual(['authorize-ready']);
  await asks(page);
  await expect(login.page.getByText(home.origin, { exact: true })).toBeVisible();

  await page.goto(hostile.origin);
  await page.evaluate(() => {
    const inbox: unknown[] = [];
    Object.assign(window, { inbox });
    window.addEventListener('message', ({ data }) => inbox.push(data));
  });
  await login.clicks(texts.authorize.logInAs(anchor));
  await login.shows(texts.authorize.doneTitle);
  await inspect(login.page, 'authorize-done');
  expect(await page.evaluate(() => (window as unknown as Inbox).inbox)).toEqual([]);
});

test('whoever declines is told so, and the opener, too', async ({ stage, owner }) => {
  const [home] = stage.programme.dapps;
  const { device } = await owner();
  const page = await device.opens(home.origin);
  const login = await opensWindow(page, device, `${stage.programme.page}/#authorize`);
  await expect.poll(() => kinds(page)).toEqual(['authorize-ready']);
  await asks(page);
  await login.clicks(texts.authorize.decline);
  await login.shows(texts.authorize.declinedTitle);
  await inspect(login.page, 'authorize-declined');
  await expect.poll(() => kinds(page)).toEqual(['authorize-ready', 'authorize-client-failure']);
});

test('a dapp that opens its window of the same name again is heard again', async ({ stage, owner }) => {
  const [home] = stage.programme.dapps;
  const { device, anchor } = await owner();
  const page = await device.opens(home.origin);
  const login = await opensWindow(page, device, `${stage.programme.page}/#authorize`, 'idpWindow');
  await expect.poll(() => kinds(page)).toEqual(['authorize-ready']);
  await asks(page);
  // The page's own steps are none of the dapp's.
  await login.clicks(texts.common.help);
  await login.shows(texts.help.title);
  await login.page.goBack();
  await login.clicks(texts.authorize.decline);
  await login.shows(texts.authorize.declinedTitle);
  await expect.poll(() => kinds(page)).toEqual(['authorize-ready', 'authorize-client-failure']);

  await page.evaluate((url) => void window.open(url, 'idpWindow'), `${stage.programme.page}/#authorize`);
  await expect.poll(() => kinds(page)).toEqual(['authorize-ready', 'authorize-client-failure', 'authorize-ready']);
  await asks(page);
  await login.clicks(texts.authorize.logInAs(anchor));
  await login.shows(texts.authorize.doneTitle);
});

for (const [what, button, words] of [
  ['the answer', texts.authorize.logInAs, texts.authorize.gone],
  ['the user’s no', () => texts.authorize.decline, texts.authorize.untold],
] as const) {
  test(`an opener that was closed does not hear ${what}, and the page does not say that it did`, async ({ stage, owner }) => {
    const [home] = stage.programme.dapps;
    const { device, anchor } = await owner();
    const page = await device.opens(home.origin);
    const login = await opensWindow(page, device, `${stage.programme.page}/#authorize`);
    await expect.poll(() => kinds(page)).toEqual(['authorize-ready']);
    await asks(page);
    await expect(login.button(button(anchor))).toBeVisible();
    await page.close();
    await login.clicks(button(anchor));
    await login.shows(texts.authorize.declinedTitle);
    await expect(login.page.getByText(words)).toBeVisible();
  });
}

test('the page is not shown in frames', async ({ stage, device }) => {
  const laptop = await device();
  const [{ origin }] = stage.programme.dapps;
  // A document of the gateway's own, which has no policy that forbids frames by itself.
  const page = await laptop.opens(`${origin}/_/topology`);
  const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await page.evaluate((login) => {
    const frame = document.createElement('iframe');
    frame.src = `${login}/#authorize`;
    document.body.append(frame);
  }, stage.programme.page);
  await refused;
  await expect(page.frameLocator('iframe').getByRole('heading', { level: 1 })).toBeHidden();
});
