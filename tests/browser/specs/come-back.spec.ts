// Coming back to an anchor.
import { signaturesDuring } from '../support/device';
import { inspect } from '../support/inspect';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

test('the browser remembers the anchor, and one prompt signs in', async ({ visits }) => {
  const first = await visits();
  const anchor = await first.createsAnchor();
  const page = await visits(first.device);
  await inspect(page.page, 'welcome-back');
  expect(await signaturesDuring(page.device, () => page.comesBack(anchor))).toBe(1);
  await page.page.getByRole('listitem').first().waitFor();
});

test('signing out needs a new prompt, and so does loading the page anew', async ({ visits }) => {
  const page = await visits();
  const anchor = await page.createsAnchor();
  await page.signsOut();
  await page.says(texts.manage.loggedOut);
  expect(await signaturesDuring(page.device, () => page.comesBack(anchor))).toBe(1);
  await page.page.reload();
  await page.shows(texts.welcome.title);
  expect(await signaturesDuring(page.device, () => page.comesBack(anchor))).toBe(1);
});

test('a typed number signs in where the browser has forgotten the anchor', async ({ visits }) => {
  const page = await visits();
  const anchor = await page.createsAnchor();
  await page.signsOut();
  await page.clicks(texts.picker.forget(anchor));
  await inspect(page.page, 'forget');
  await page.clicks(texts.common.cancel);
  await page.forgets(anchor);
  await expect(page.button(texts.welcome.signInAs(anchor))).toBeHidden();
  await page.page.reload();
  await expect(page.button(texts.welcome.signInAs(anchor))).toBeHidden();
  await page.comesBackByNumber(anchor);
});

test('a discoverable passkey signs in, and shows its number before it does', async ({ visits }) => {
  const page = await visits();
  const anchor = await page.createsAnchor();
  await page.signsOut();
  await page.forgets(anchor);
  await page.clicks(texts.picker.discover);
  await expect(page.page.getByText(texts.picker.found(anchor))).toBeVisible();
  await inspect(page.page, 'passkey-found');
  await page.clicks(texts.picker.notMine);
  await page.clicks(texts.picker.discover);
  await page.clicks(texts.picker.continueAs(anchor));
  await page.showsDevices(anchor);
});

test('several anchors live in one browser', async ({ visits }) => {
  const page = await visits();
  const one = await page.createsAnchor('one');
  await page.signsOut();
  const other = await page.createsAnchor('other');
  expect(other).not.toBe(one);
  await page.signsOut();
  await inspect(page.page, 'welcome-several');
  await page.comesBack(one);
  await expect(page.row('one')).toBeVisible();
  await page.signsOut();
  await page.comesBack(other);
  await expect(page.row('other')).toBeVisible();
});

test('a prompt that is turned away at sign-in can be tried again', async ({ visits }) => {
  const page = await visits();
  const anchor = await page.createsAnchor();
  await page.signsOut();
  await page.device.confirms(page.page, false);
  await page.clicks(texts.welcome.signInAs(anchor));
  await page.complains(texts.passkey.cancelled);
  await inspect(page.page, 'sign-in-cancelled');
  await page.device.confirms(page.page, true);
  await page.comesBack(anchor);
});

test('numbers that are none, or nobody’s, are told apart', async ({ visits }) => {
  const page = await visits();
  await page.types(texts.common.anchorNumber, 'ten thousand');
  await page.clicks(texts.picker.withNumber);
  await expect(page.page.getByText(texts.common.numberWrong)).toBeVisible();
  // In a shard's range, but not given yet; and in no shard's range.
  for (const nobodys of ['19999', '99999999']) {
    // Nothing said before is still there.
    await page.page.reload();
    await expect(page.page.getByRole('alert')).toBeHidden();
    await page.types(texts.common.anchorNumber, nobodys);
    await page.clicks(texts.picker.withNumber);
    await page.complains(texts.errors['unknown-anchor']);
    await expect(page.page.getByText(texts.common.numberWrong)).toBeHidden();
  }
  await inspect(page.page, 'number-unknown');
});

test('a session ends by itself, and signing in again leads back', async ({ device, visits }) => {
  const laptop = await device();
  const first = await visits(laptop);
  const anchor = await first.createsAnchor();
  const page = await visits(laptop);
  await page.page.clock.install();
  await page.page.reload();
  await page.comesBack(anchor);
  await page.page.clock.fastForward('31:00');
  await page.shows(texts.expired.title);
  await inspect(page.page, 'session-expired');
  // Calls are signed with the time of the browser's clock, which has to be right for them.
  await page.page.clock.setSystemTime(Date.now());
  await page.clicks(texts.expired.again);
  await page.showsDevices(anchor);
});

test('a browser without passkeys is told what would help', async ({ device, stage }) => {
  const old = await device();
  await old.context.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  const page = await old.opens(stage.programme.page);
  await expect(page.getByRole('heading', { level: 1, name: texts.unsupported.title })).toBeVisible();
  for (const tip of texts.unsupported.tips) await expect(page.getByText(tip)).toBeVisible();
  await inspect(page, 'unsupported');
});

test('a page that cannot start says so and can be tried again', async ({ device, stage, visits }) => {
  const offline = await device();
  await offline.context.route('**/env.json', (route) => route.abort());
  const page = await visits(offline);
  await page.shows(texts.failed.title);
  await inspect(page.page, 'failed');
  await offline.context.unroute('**/env.json');
  await page.clicks(texts.common.tryAgain);
  await page.shows(texts.welcome.title);
  expect(page.page.url()).toBe(`${stage.programme.page}/`);
});

test('where the browser does not let a related origin use the passkeys, the page names the canonical one', async ({
  visits,
  stage,
}) => {
  const page = await visits();
  const env = await page.page.evaluate(async () => (await fetch('/env.json')).json() as Promise<Record<string, unknown>>);
  // It names no origin as related, since there is no such host: to the page that is as in a browser that does not ask.
  const home = 'https://id.invalid';
  const related = { ...env, canonical_origin: home, related_origins: [stage.programme.page] };
  const date = new Date().toUTCString();
  await page.page.route('**/env.json', (route) => route.fulfill({ json: related, headers: { date } }));
  await page.page.reload();
  await page.clicks(texts.picker.discover);
  await page.complains(texts.passkeyElsewhere(home));
  await inspect(page.page, 'passkey-elsewhere');
});

test('the help answers what people ask', async ({ visits }) => {
  const page = await visits();
  await page.clicks(texts.common.help);
  await page.shows(texts.help.title);
  for (const { question, answer } of texts.help.entries) {
    await expect(page.page.getByText(answer)).toBeHidden();
    await page.page.getByText(question).click();
    await expect(page.page.getByText(answer)).toBeVisible();
  }
  await inspect(page.page, 'help');
  await page.clicks(texts.common.back);
  await page.shows(texts.welcome.title);
});
