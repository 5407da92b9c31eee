// Adding a device from another one: two browsers.
import { inspect } from '../support/inspect';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

/** Another code. */
function wrong(right: string, nth: number): string {
  return String((Number(right) + nth) % 1_000_000).padStart(6, '0');
}

test('a device in another browser is added with the code that it shows', async ({ visits }) => {
  const [laptop, phone] = [await visits(), await visits()];
  const anchor = await laptop.createsAnchor('laptop');

  await phone.clicks(texts.picker.newDevice);
  await phone.shows(texts.newDevice.title);
  await inspect(phone.page, 'new-device');
  await phone.asksToBeAdded(anchor, 'phone');
  await phone.complains({ what: texts.newDevice.modeOff });

  await laptop.clicks(texts.manage.addRemote);
  await laptop.says(texts.addRemote.waiting);
  await inspect(laptop.page, 'add-remote');
  await laptop.types(texts.addRemote.code, '123456');
  await laptop.clicks(texts.addRemote.verify);
  await expect(laptop.page.getByText(texts.addRemote.noDevice)).toBeVisible();

  await phone.clicks(texts.newDevice.start);
  const digits = await phone.readsCode();
  expect(digits).toMatch(/^\d{6}$/);
  await inspect(phone.page, 'new-device-code');
  expect(phone.device.own.passkeys, 'one passkey, however often it was turned away').toHaveLength(1);
  await laptop.says(texts.addRemote.waits('phone'));
  await laptop.types(texts.addRemote.code, '12345');
  await laptop.clicks(texts.addRemote.verify);
  await expect(laptop.page.getByText(texts.addRemote.codeWrongForm)).toBeVisible();
  await laptop.types(texts.addRemote.code, digits);
  await laptop.clicks(texts.addRemote.verify);
  await laptop.says(texts.addRemote.done('phone'));
  await expect(laptop.row('phone')).toBeVisible();

  await phone.shows(texts.newDevice.doneTitle);
  await inspect(phone.page, 'new-device-done');
  await phone.clicks(texts.newDevice.signIn);
  await phone.showsDevices(anchor);
  await expect(phone.row('phone')).toContainText(texts.manage.inUse);
  await phone.signsOut();
  await phone.comesBack(anchor);
});

test('three wrong codes turn the device away, and it can be started again', async ({ visits }) => {
  const [laptop, phone] = [await visits(), await visits()];
  const anchor = await laptop.createsAnchor('laptop');
  await laptop.clicks(texts.manage.addRemote);
  await laptop.says(texts.addRemote.waiting);
  await phone.clicks(texts.picker.newDevice);
  await phone.asksToBeAdded(anchor, 'phone');
  const digits = await phone.readsCode();

  for (const left of [2, 1]) {
    await laptop.types(texts.addRemote.code, wrong(digits, left));
    await laptop.clicks(texts.addRemote.verify);
    await expect(laptop.page.getByText(texts.addRemote.wrongCode(left))).toBeVisible();
  }
  await laptop.types(texts.addRemote.code, wrong(digits, 3));
  await laptop.clicks(texts.addRemote.verify);
  await expect(laptop.page.getByText(texts.addRemote.noTries)).toBeVisible();
  await inspect(laptop.page, 'add-remote-no-tries');

  await laptop.clicks(texts.addRemote.startAgain);
  await laptop.says(texts.addRemote.waiting);
  await phone.clicks(texts.common.cancel);
  await phone.clicks(texts.picker.newDevice);
  await phone.asksToBeAdded(anchor, 'phone');
  await laptop.types(texts.addRemote.code, await phone.readsCode());
  await laptop.clicks(texts.addRemote.verify);
  await laptop.showsDevices(anchor);
  await expect(laptop.row('phone')).toBeVisible();
});

test('only one device waits at a time, and whoever leaves closes the door', async ({ visits }) => {
  const [laptop, phone, stranger] = [await visits(), await visits(), await visits()];
  const anchor = await laptop.createsAnchor('laptop');
  await laptop.clicks(texts.manage.addRemote);
  await laptop.says(texts.addRemote.waiting);
  await stranger.clicks(texts.picker.newDevice);
  await stranger.asksToBeAdded(anchor, 'not mine');
  await stranger.readsCode();
  await phone.clicks(texts.picker.newDevice);
  await phone.asksToBeAdded(anchor, 'phone');
  await phone.complains({ what: texts.newDevice.another });
  await inspect(phone.page, 'new-device-another');
  await laptop.says(texts.addRemote.waits('not mine'));

  await laptop.clicks(texts.common.cancel);
  await laptop.showsDevices(anchor);
  await expect(async () => {
    await phone.clicks(texts.newDevice.start);
    await phone.complains({ what: texts.newDevice.modeOff });
  }).toPass();
  await expect(laptop.row('not mine')).toBeHidden();
});
