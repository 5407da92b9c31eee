// What goes wrong between the page and the service: answers that get lost, nodes that lie, clocks that are wrong.
import { Dapp } from '../support/dapp';
import { inspect } from '../support/inspect';
import { endsSessions, losesAnswers, losesFirstAnswer, refuses } from '../support/node';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

const HOUR = 3_600_000;

test('a registration whose answer gets lost is found again, and makes no second anchor', async ({ stage, visits }) => {
  const page = await visits();
  const lost = await losesAnswers(page.page, 'register');
  await page.clicks(texts.picker.create);
  await page.types(texts.common.deviceName, 'laptop');
  await page.clicks(texts.create.start);
  await page.complains(texts.errors.network);
  expect(lost.count()).toBeGreaterThan(0);
  // Front forgets the challenge, so the same registration cannot just be sent again.
  await stage.upgradesFront();
  await lost.ends();
  await page.clicks(texts.create.start);
  const anchor = await page.readsNumber();
  await page.skipsRecovery();
  await page.showsDevices(anchor);
  await expect(page.row('laptop')).toBeVisible();
  expect(page.device.own.passkeys, 'one passkey').toHaveLength(1);

  // The passkey's first anchor is the one that was shown.
  const other = await visits(page.device);
  await other.isOfferedByPasskey(anchor);
});

test('a registration that is repeated with a challenge that is void by then makes no second anchor', async ({
  stage,
  visits,
}) => {
  const page = await visits();
  // Front forgets the challenge, so the repetition hears nothing of the anchor that is there.
  const lost = await losesFirstAnswer(page.page, 'register', () => stage.upgradesFront());
  await page.clicks(texts.picker.create);
  await page.types(texts.common.deviceName, 'laptop');
  await page.clicks(texts.create.start);
  const anchor = await page.readsNumber();
  expect(lost.count()).toBeGreaterThan(0);
  await page.skipsRecovery();
  await page.showsDevices(anchor);

  // The passkey's first anchor is the one that was shown.
  const other = await visits(page.device);
  await other.isOfferedByPasskey(anchor);
});

test('a protected phrase whose removal got no answer is gone, and the session goes on', async ({ signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  const phrase = await page.createsPhrase();
  const dialog = page.page.getByRole('dialog');
  const confirms = (label: string): Promise<void> => dialog.getByRole('button', { name: label, exact: true }).click();
  await page.clicks(texts.manage.protect);
  await confirms(texts.manage.protect);
  await page.says(texts.manage.wasProtected);
  const lost = await losesFirstAnswer(page.page, 'remove');
  await page.clicks(texts.manage.removeOf(texts.phrase.alias));
  await dialog.getByLabel(texts.phrase.type).fill(phrase);
  await confirms(texts.manage.remove);
  await page.says(texts.manage.removed(texts.phrase.alias));
  expect(lost.count()).toBeGreaterThan(0);
  await page.showsDevices(anchor);
  await expect(page.row(texts.phrase.alias)).toHaveCount(0);
});

test('a device whose answer gets lost was added, and the page says so', async ({ visits }) => {
  const [laptop, phone] = [await visits(), await visits()];
  const anchor = await laptop.createsAnchor('laptop');
  await laptop.clicks(texts.manage.addRemote);
  await laptop.says(texts.addRemote.waiting);
  await phone.clicks(texts.picker.newDevice);
  await phone.asksToBeAdded(anchor, 'phone');
  const code = await phone.readsCode();
  await laptop.says(texts.addRemote.waits('phone'));
  const lost = await losesAnswers(laptop.page, 'verify_tentative_device');
  await laptop.types(texts.addRemote.code, code);
  await laptop.clicks(texts.addRemote.verify);
  await laptop.says(texts.addRemote.done('phone'));
  expect(lost.count()).toBeGreaterThan(0);
  await expect(laptop.row('phone')).toBeVisible();
  await phone.shows(texts.newDevice.doneTitle);
});

test('a node that lies cannot make a phrase look stored that is not', async ({ signedIn }) => {
  const { page } = await signedIn('laptop');
  await page.clicks(texts.manage.addPhrase);
  await page.clicks(texts.phrase.generate);
  await page.readsPhrase();
  await page.clicks(texts.phrase.copy);
  await refuses(page.page, 'add', ['outcome unknown, repeat the same call', 'Device with key 00 already exists on this anchor.']);
  await page.clicks(texts.phrase.save);
  await page.complains(texts.errors.unexpected);
  await page.shows(texts.phrase.writeTitle);
  await page.page.unrouteAll();
  await page.clicks(texts.phrase.save);
  await page.shows(texts.phrase.doneTitle);
});

for (const [name, off] of [
  ['an hour fast', HOUR],
  ['an hour slow', -HOUR],
] as const) {
  test(`with a clock that is ${name}, sessions hold and certificates are recent`, async ({ device, stage, visits }) => {
    const wrong = await device();
    await wrong.context.addInitScript((ahead) => {
      const now = Date.now.bind(Date);
      globalThis.Date = class extends Date {
        constructor(...given: ConstructorParameters<typeof Date> | []) {
          if (given.length === 0) super(now() + ahead);
          else super(...given);
        }
        static override now = (): number => now() + ahead;
      } as DateConstructor;
    }, off);
    const page = await visits(wrong);
    const anchor = await page.createsAnchor('laptop');
    const phrase = await page.createsPhrase();
    await page.signsOut();
    await page.comesBack(anchor);
    await page.clicks(texts.manage.addRemote);
    await page.says(texts.addRemote.waiting);
    await page.clicks(texts.common.cancel);
    await page.showsDevices(anchor);
    await page.signsOut();
    await page.recoversByPhrase(phrase);
    await page.showsDevices(anchor);

    const [dapp, main] = stage.programme.dapps;
    await stage.sets(main, { alternative_origins: [dapp.origin] });
    try {
      const there = await Dapp.opens(wrong, dapp, 'auth-client', { derivation: main.origin });
      const login = await there.logsIn();
      // The certificate of the other origin's list is recent. What the dapp's own library makes of the clock is its business.
      await expect(login.button(texts.authorize.logInAs(anchor))).toBeVisible();
    } finally {
      await stage.sets(main, {});
    }
  });
}

test('signing in again does not close a registration that is open', async ({ visits }) => {
  const [laptop, phone] = [await visits(), await visits()];
  const anchor = await laptop.createsAnchor('laptop');
  await laptop.clicks(texts.manage.addRemote);
  await laptop.says(texts.addRemote.waiting);
  const ended = await endsSessions(laptop.page);
  await laptop.types(texts.addRemote.code, '123456');
  await laptop.clicks(texts.addRemote.verify);
  await laptop.shows(texts.expired.title);
  await ended.ends();
  await laptop.clicks(texts.expired.again);
  await laptop.says(texts.addRemote.waiting);

  await phone.clicks(texts.picker.newDevice);
  await phone.asksToBeAdded(anchor, 'phone');
  const code = await phone.readsCode();
  await laptop.types(texts.addRemote.code, code);
  await laptop.clicks(texts.addRemote.verify);
  await laptop.says(texts.addRemote.done('phone'));
});

test('who replaces the phrase of the session goes on, and can sign in again with the new one', async ({ visits, signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  const old = await page.createsPhrase();
  const other = await visits();
  await other.page.clock.install();
  await other.page.reload();
  await other.recoversByPhrase(old);
  await other.showsDevices(anchor);
  await other.clicks(texts.manage.replacePhraseOf);
  const phrase = await other.storesPhrase();
  await other.clicks(texts.common.continue);
  await other.showsDevices(anchor);
  await expect(other.row(texts.phrase.alias)).toContainText(texts.manage.inUse);

  await other.page.clock.fastForward('31:00');
  await other.shows(texts.expired.title);
  await other.page.clock.setSystemTime(Date.now());
  await inspect(other.page, 'session-expired-recovery');
  await other.types(texts.phrase.type, old);
  await other.clicks(texts.expired.withPhrase);
  await other.complains({ what: texts.phrase.problem({ code: 'not-its-phrase' }) });
  await other.types(texts.phrase.type, phrase);
  await other.clicks(texts.expired.withPhrase);
  await other.showsDevices(anchor);
});

test('what fails after the prompt is tried again without another prompt', async ({ stage, owner }) => {
  const { device, anchor } = await owner();
  const [dapp] = stage.programme.dapps;
  const there = await Dapp.opens(device, dapp, 'auth-client');
  const login = await there.logsIn();
  const lost = await losesAnswers(login.page, 'prepare_delegation');
  const before = device.own.signatures;
  await login.clicks(texts.authorize.logInAs(anchor));
  await login.complains(texts.errors.network);
  await lost.ends();
  await login.clicks(texts.authorize.logInAs(anchor));
  await there.isLoggedIn();
  expect(device.own.signatures - before).toBe(1);
});

test('who recovers on the way to a dapp goes on to it', async ({ stage, visits, signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  const phrase = await page.createsPhrase();
  const other = await visits();
  const [dapp] = stage.programme.dapps;
  const there = await Dapp.opens(other.device, dapp, 'auth-client');
  const login = await there.logsIn();
  await login.recoversByPhrase(phrase);
  await login.showsDevices(anchor);
  await login.clicks(texts.manage.toApp);
  await login.clicks(texts.picker.other);
  // The button is gone; whoever has changed their mind comes back to the anchor by the phrase.
  await expect(login.page.getByRole('heading', { level: 1, name: texts.authorize.title })).toBeFocused();
  await login.recoversByPhrase(phrase);
  await login.clicks(texts.manage.toApp);
  await login.clicks(texts.authorize.logInAs(anchor));
  await there.isLoggedIn();
});

test('a browser without passkeys tells the dapp only when the user has read why', async ({ device, stage }) => {
  const old = await device();
  await old.context.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  const [dapp] = stage.programme.dapps;
  const there = await Dapp.opens(old, dapp, 'auth-client');
  const login = await there.logsIn();
  await login.shows(texts.unsupported.title);
  await inspect(login.page, 'unsupported-dapp');
  await expect(there.page.getByRole('status')).toHaveText('Logging in …');
  await login.clicks(texts.authorize.decline);
  await there.isRefused();
});

test('who gives up where no app waits does not read that one was told', async ({ device, visits }) => {
  const old = await device();
  await old.context.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  const page = await visits(old, '/#authorize');
  await page.clicks(texts.authorize.decline);
  await page.shows(texts.authorize.declinedTitle);
  await page.says(texts.authorize.untold);
  await inspect(page.page, 'authorize-untold');
});

test('a dapp whose list of callbacks does not come may be asked again', async ({ stage, owner }) => {
  const { device: own, anchor } = await owner();
  const [dapp] = stage.programme.dapps;
  const list = '**/.well-known/ii-auth-callbacks';
  await own.context.route(list, (route) => route.abort());
  const there = await Dapp.opens(own, dapp, 'redirect');
  const login = await there.logsIn();
  await login.complains(texts.protocol['callback-unreachable']);
  await inspect(login.page, 'callback-unreachable');
  await own.context.unroute(list);
  await login.clicks(texts.common.tryAgain);
  await login.clicks(texts.authorize.logInAs(anchor));
  await there.isLoggedIn();
});
