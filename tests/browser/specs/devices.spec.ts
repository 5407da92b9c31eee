// Looking after an anchor's devices.
import { Authenticator } from '../support/device';
import { inspect } from '../support/inspect';
import { staysSilent } from '../support/node';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

test('devices are listed with their last use, and get new names', async ({ signedIn }) => {
  const { page } = await signedIn('old name');
  await expect(page.row('old name')).toContainText(texts.manage.lastUsed(texts.manage.today));
  await page.clicks(texts.manage.renameOf('old name'));
  await inspect(page.page, 'rename');
  await page.types(texts.manage.newName, '  ');
  await page.clicks(texts.manage.save);
  await expect(page.page.getByText(texts.common.nameEmpty)).toBeVisible();
  await page.types(texts.manage.newName, 'é'.repeat(33));
  await page.clicks(texts.manage.save);
  await expect(page.page.getByText(texts.errors['alias-too-long'].todo)).toBeVisible();
  await page.types(texts.manage.newName, 'new name');
  await page.clicks(texts.manage.save);
  await page.says(texts.manage.renamed('new name'));
  await expect(page.row('new name')).toBeVisible();
  await expect(page.row('old name')).toBeHidden();
});

test('a second passkey is added here, which must be another authenticator', async ({ signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  await page.clicks(texts.manage.addHere);
  await page.shows(texts.addHere.title);
  await inspect(page.page, 'add-here');
  await page.types(texts.common.deviceName, 'key');
  await page.clicks(texts.addHere.start);
  await page.complains(texts.passkey['already-registered']);

  const key = new Authenticator('usb');
  await page.device.plugsIn(page.page, key);
  await page.clicks(texts.addHere.start);
  await page.says(texts.addHere.done('key'));
  await expect(page.row('key')).toBeVisible();
  await expect(page.row('laptop')).toContainText(texts.manage.inUse);
  await expect(page.page.getByText(texts.manage.single)).toBeHidden();
  await inspect(page.page, 'manage-two');

  await page.signsOut();
  await page.comesBack(anchor);
  expect(key.signatures).toBeGreaterThan(0);
  await expect(page.row('key')).toContainText(texts.manage.inUse);
});

test('removing the device in use signs out, and it does not sign in any more', async ({ visits, signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  const key = new Authenticator('usb');
  await page.device.plugsIn(page.page, key);
  await page.clicks(texts.manage.addHere);
  await page.types(texts.common.deviceName, 'key');
  await page.clicks(texts.addHere.start);
  await page.says(texts.addHere.done('key'));

  await page.clicks(texts.manage.removeOf('laptop'));
  await expect(page.page.getByText(texts.manage.removeInUse)).toBeVisible();
  await inspect(page.page, 'remove-in-use');
  await page.clicks(texts.common.cancel);
  await expect(page.row('laptop')).toBeVisible();
  await page.clicks(texts.manage.removeOf('laptop'));
  await page.clicks(texts.manage.remove);
  await page.shows(texts.welcome.title);
  await page.says(texts.manage.removed('laptop'));

  // The page asks for the key alone now, which is plugged in; the laptop's own passkey is asked for in vain.
  await page.comesBack(anchor);
  await expect(page.row('laptop')).toBeHidden();
  const again = await visits(page.device);
  await again.clicks(texts.welcome.signInAs(anchor));
  await again.complains(texts.passkey.cancelled);
});

test('removing another device leaves the session alone', async ({ signedIn }) => {
  const { page } = await signedIn('laptop');
  await page.addsKey('key');
  await page.clicks(texts.manage.removeOf('key'));
  await expect(page.page.getByText(texts.manage.removeText)).toBeVisible();
  await expect(page.page.getByText(texts.manage.removeInUse)).toBeHidden();
  await page.clicks(texts.manage.remove);
  await page.says(texts.manage.removed('key'));
  await expect(page.row('key')).toBeHidden();
  await expect(page.row('laptop')).toBeVisible();
});

test('the last device goes only after a warning that must be confirmed, and the anchor with it', async ({ signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  await page.clicks(texts.manage.removeOf('laptop'));
  await expect(page.page.getByText(texts.manage.removeLast)).toBeVisible();
  await expect(page.button(texts.manage.remove)).toBeDisabled();
  await inspect(page.page, 'remove-last');
  await page.page.getByLabel(texts.manage.removeLastConfirm).check();
  await page.clicks(texts.manage.remove);
  await page.shows(texts.welcome.title);
  await page.says(texts.manage.removed('laptop'));
  await expect(page.button(texts.welcome.signInAs(anchor)), 'this browser does not offer it any more').toBeHidden();
  await page.types(texts.common.anchorNumber, String(anchor));
  await page.clicks(texts.picker.withNumber);
  await page.complains(texts.errors['unknown-anchor']);
});

test('what was changed elsewhere is not touched before it was shown', async ({ visits, signedIn }) => {
  const { page: here, anchor } = await signedIn('laptop');
  await here.addsKey('key');

  const there = await visits(here.device);
  await there.comesBack(anchor);
  await there.clicks(texts.manage.renameOf('key'));
  await there.types(texts.manage.newName, 'spare key');
  await there.clicks(texts.manage.save);
  await there.says(texts.manage.renamed('spare key'));

  await here.clicks(texts.manage.removeOf('key'));
  await here.clicks(texts.manage.remove);
  await here.complains(texts.errors['changed-elsewhere']);
  await expect(here.row('spare key')).toBeVisible();
});

test('the warning of the last device is about what is left, not about what was shown', async ({ visits, signedIn }) => {
  const { page: here, anchor } = await signedIn('laptop');
  await here.addsKey('key');

  const there = await visits(here.device);
  await there.comesBack(anchor);
  await there.clicks(texts.manage.removeOf('key'));
  await there.clicks(texts.manage.remove);
  await there.says(texts.manage.removed('key'));

  // Here the list has two devices still.
  await here.clicks(texts.manage.removeOf('laptop'));
  await expect(here.page.getByText(texts.manage.removeLast)).toBeHidden();
  await here.clicks(texts.manage.remove);
  await here.complains(texts.errors['changed-elsewhere']);
  await here.clicks(texts.manage.removeOf('laptop'));
  await expect(here.page.getByText(texts.manage.removeLast)).toBeVisible();
  await expect(here.button(texts.manage.remove)).toBeDisabled();
});

test('when a part of the service is looked after, it says so, and works again afterwards', async ({ stage, signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  await expect(page.row('laptop')).toBeVisible();
  await stage.shard(0, false);
  try {
    await page.clicks(texts.manage.renameOf('laptop'));
    await page.types(texts.manage.newName, 'renamed');
    await page.clicks(texts.manage.save);
    await page.complains(texts.errors.busy);
    await inspect(page.page, 'busy');
  } finally {
    await stage.shard(0, true);
  }
  await page.clicks(texts.manage.save);
  await page.says(texts.manage.renamed('renamed'));
  await page.signsOut();
  await page.comesBack(anchor);
});

test('Escape, however often, does not close a dialog whose change is under way', async ({ signedIn }) => {
  const { page } = await signedIn('laptop');
  const dialog = page.page.getByRole('dialog');
  await page.clicks(texts.manage.renameOf('laptop'));
  await page.types(texts.manage.newName, 'renamed');
  const node = await staysSilent(page.page);
  await page.clicks(texts.manage.save);
  // A browser takes the second one in a row as a wish that the page may not refuse.
  for (let times = 0; times < 4; times += 1) {
    await page.page.keyboard.press('Escape');
    await expect(dialog).toBeVisible();
  }
  await node.breaksOff();
  await page.complains(texts.errors.network);
  await expect(dialog).toBeVisible();
  await page.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await page.clicks(texts.manage.renameOf('laptop'));
  await expect(dialog).toBeVisible();
});

test('without a connection it says so, and works again afterwards', async ({ signedIn }) => {
  const { page } = await signedIn('laptop');
  await page.clicks(texts.manage.renameOf('laptop'));
  await page.types(texts.manage.newName, 'renamed');
  await page.device.context.setOffline(true);
  await page.clicks(texts.manage.save);
  await page.complains(texts.errors.network);
  await page.device.context.setOffline(false);
  await page.clicks(texts.manage.save);
  await page.says(texts.manage.renamed('renamed'));
});
