// Logging in to a dapp.
import { Dapp, type LoggedIn, WAYS, type Way, type Wishes } from '../support/dapp';
import { Authenticator, type Device, signaturesDuring } from '../support/device';
import { inspect } from '../support/inspect';
import { Calls } from '../support/requests';
import type { DappAddress } from '../support/stage';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The whole way, with an anchor that the browser remembers. */
async function logsIn(device: Device, anchor: bigint, address: DappAddress, way: Way, wishes: Wishes = {}): Promise<LoggedIn> {
  const dapp = await Dapp.opens(device, address, way, wishes);
  const page = await dapp.logsIn();
  await page.clicks(texts.authorize.logInAs(anchor));
  const result = await dapp.isLoggedIn();
  await dapp.page.close();
  return result;
}

for (const way of WAYS) {
  test(`${way}: one prompt and two calls give a delegation that verifies, and the canister sees the pseudonym`, async ({
    stage,
    owner,
  }) => {
    const { dapps, page: origin } = stage.programme;
    const { device, anchor } = await owner();
    const dapp = await Dapp.opens(device, dapps[0], way, { minutes: 7 });
    // From the click in the dapp on: what the page asks for while the person reads counts, too.
    const calls = new Calls(device, origin);
    const page = await dapp.logsIn();
    await page.shows(texts.authorize.title);
    await expect(page.page.getByText(dapps[0].origin, { exact: true })).toBeVisible();
    const minutes = texts.authorize.durationUnit.minutes(7);
    await expect(page.page.getByText(texts.authorize.duration(minutes))).toBeVisible();
    // Not in the one that hangs up when a busy page is silent for two seconds.
    if (way === 'auth-client') await inspect(page.page, 'authorize');

    const signatures = await signaturesDuring(device, async () => {
      await page.clicks(texts.authorize.logInAs(anchor));
      await dapp.isLoggedIn();
    });
    const { principal, seenByQuery, seenByUpdate, expiration, chain } = await dapp.isLoggedIn();
    expect(signatures).toBe(1);
    expect([seenByQuery, seenByUpdate]).toEqual([principal, principal]);
    const verified = await stage.verifies(chain);
    expect(verified.pseudonym).toBe(principal);
    expect(Math.abs(expiration - (Date.now() + 7 * MINUTE))).toBeLessThan(MINUTE);
    expect(calls.methods(), 'get_anchor_credentials, prepare_delegation, get_delegation').toEqual(['query', 'call', 'query']);
    expect(calls.methodsAfterPrompt()).toEqual(['call', 'query']);
    const [all, after] = [calls.methods().length, calls.methodsAfterPrompt().length];
    console.log(`${way}: ${all} round trips, ${after} of them in the ${calls.millisecondsAfterPrompt()} ms after the prompt`);
  });

  test(`${way}: who declines is not logged in, and the dapp is told`, async ({ stage, owner }) => {
    const { device } = await owner();
    const dapp = await Dapp.opens(device, stage.programme.dapps[0], way);
    const page = await dapp.logsIn();
    await page.clicks(texts.authorize.decline);
    expect(await dapp.isRefused()).not.toBe('');
  });
}

test('an anchor is created on the way, without a second prompt', async ({ stage, device }) => {
  const laptop = await device();
  const dapp = await Dapp.opens(laptop, stage.programme.dapps[0], 'auth-client');
  const page = await dapp.logsIn();
  await page.shows(texts.authorize.title);
  await inspect(page.page, 'authorize-new');
  const signatures = await signaturesDuring(laptop, async () => {
    const anchor = await page.registers('laptop');
    await page.skipsRecovery();
    await page.clicks(texts.authorize.logInAs(anchor));
    await dapp.isLoggedIn();
  });
  expect(signatures).toBe(0);
  const { principal, chain } = await dapp.isLoggedIn();
  expect((await stage.verifies(chain)).pseudonym).toBe(principal);
});

test('all three ways give the same pseudonym, another origin gets another one, another anchor too', async ({ stage, owner }) => {
  const [one, other] = stage.programme.dapps;
  const { device, anchor } = await owner();
  const principals = new Set<string>();
  for (const way of WAYS) principals.add((await logsIn(device, anchor, one, way)).principal);
  expect(principals.size).toBe(1);
  const atOther = await logsIn(device, anchor, other, 'auth');
  expect(principals).not.toContain(atOther.principal);
  const second = await owner();
  expect(principals).not.toContain((await logsIn(second.device, second.anchor, one, 'auth')).principal);
});

test('the same dapp gets the same pseudonym from another device', async ({ stage, visits, device }) => {
  const [dapp] = stage.programme.dapps;
  const home = await visits();
  const anchor = await home.createsAnchor('laptop');
  const before = await logsIn(home.device, anchor, dapp, 'auth');
  const key = new Authenticator('usb');
  await home.device.plugsIn(home.page, key);
  await home.clicks(texts.manage.addHere);
  await home.clicks(texts.addHere.start);
  await home.showsDevices(anchor);

  const phone = await device();
  const there = await Dapp.opens(phone, dapp, 'auth');
  const page = await there.logsIn();
  await phone.plugsIn(page.page, key);
  await page.types(texts.common.anchorNumber, String(anchor));
  await page.clicks(texts.picker.withNumber);
  const after = await there.isLoggedIn();
  expect(after.principal).toBe(before.principal);
  expect(after.chain).not.toBe(before.chain);
});

test('a discoverable passkey logs in, after its number was shown', async ({ stage, visits }) => {
  const home = await visits();
  const anchor = await home.createsAnchor();
  await home.signsOut();
  await home.forgets(anchor);
  const dapp = await Dapp.opens(home.device, stage.programme.dapps[0], 'auth-client');
  const page = await dapp.logsIn();
  await page.clicks(texts.picker.discover);
  await page.clicks(texts.picker.continueAs(anchor));
  await dapp.isLoggedIn();
});

test('lifetimes: half an hour without a wish of the library’s, thirty days at most', async ({ stage, owner }) => {
  const [dapp] = stage.programme.dapps;
  const { device, anchor } = await owner();
  const long = await logsIn(device, anchor, dapp, 'auth', { minutes: 60 * 24 * 365 });
  expect(Math.abs(long.expiration - (Date.now() + 30 * DAY))).toBeLessThan(MINUTE);
  const usual = await logsIn(device, anchor, dapp, 'redirect');
  expect(Math.abs(usual.expiration - (Date.now() + 30 * MINUTE))).toBeLessThan(MINUTE);
});

test('a prompt that is turned away can be tried again, and the dapp waits', async ({ stage, owner }) => {
  const { device, anchor } = await owner();
  const dapp = await Dapp.opens(device, stage.programme.dapps[0], 'auth');
  const page = await dapp.logsIn();
  await device.confirms(page.page, false);
  await page.clicks(texts.authorize.logInAs(anchor));
  await page.complains(texts.passkey.cancelled);
  await device.confirms(page.page, true);
  await page.clicks(texts.authorize.logInAs(anchor));
  await dapp.isLoggedIn();
});

test('a dapp’s heartbeat is answered while a prompt waits for a slow person', async ({ stage, owner }) => {
  const { device, anchor } = await owner();
  // Longer than the two seconds of silence after which the library hangs up.
  await device.context.addInitScript(() => {
    const { credentials } = navigator;
    const ask = credentials.get.bind(credentials);
    credentials.get = async (options) => {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return ask(options);
    };
  });
  const dapp = await Dapp.opens(device, stage.programme.dapps[0], 'auth');
  const page = await dapp.logsIn();
  await page.clicks(texts.authorize.logInAs(anchor));
  const { milliseconds } = await dapp.isLoggedIn();
  expect(milliseconds).toBeGreaterThan(5_000);
});

test('an upgrade between the two calls of a log-in does no harm', async ({ stage, owner }) => {
  const { device, anchor } = await owner();
  const dapp = await Dapp.opens(device, stage.programme.dapps[0], 'auth');
  const page = await dapp.logsIn();
  let upgrades = 0;
  await page.page.route('**/api/**/query', async (route) => {
    if (upgrades === 0 && route.request().postDataBuffer()?.includes('get_delegation')) {
      upgrades += 1;
      await stage.upgradesFront();
    }
    await route.continue();
  });
  const signatures = await signaturesDuring(device, async () => {
    await page.clicks(texts.authorize.logInAs(anchor));
    await dapp.isLoggedIn();
  });
  expect(upgrades).toBe(1);
  expect(signatures).toBe(1);
  const { principal, chain } = await dapp.isLoggedIn();
  expect((await stage.verifies(chain)).pseudonym).toBe(principal);
});

test('double clicks log in once', async ({ stage, owner }) => {
  const { device, anchor } = await owner();
  const dapp = await Dapp.opens(device, stage.programme.dapps[0], 'auth-client');
  const page = await dapp.logsIn();
  const calls = new Calls(device, stage.programme.page);
  const signatures = await signaturesDuring(device, async () => {
    await page.button(texts.authorize.logInAs(anchor)).dblclick();
    await dapp.isLoggedIn();
  });
  expect(signatures).toBe(1);
  expect(calls.methodsAfterPrompt()).toHaveLength(2);
});
