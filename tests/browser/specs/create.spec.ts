// Creating an anchor.
import { signaturesDuring } from '../support/device';
import { inspect } from '../support/inspect';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

/** Nanoseconds. */
const SECOND = 1_000_000_000;
const HOUR = 3_600 * SECOND;

test('an anchor is created with one prompt, its number must be saved, and recovery is offered', async ({ visits }) => {
  const page = await visits();
  await inspect(page.page, 'welcome');
  await page.clicks(texts.picker.create);
  await page.shows(texts.create.title);
  await inspect(page.page, 'create');
  await page.types(texts.common.deviceName, 'My laptop');
  const signatures = await signaturesDuring(page.device, async () => {
    await page.clicks(texts.create.start);
    const anchor = await page.readsNumber();
    await inspect(page.page, 'number');

    const goOn = page.button(texts.common.continue);
    await expect(goOn).toBeDisabled();
    await page.clicks(texts.create.copyNumber);
    await expect(page.page.getByText(texts.common.copied, { exact: true })).toBeVisible();
    expect(await page.page.evaluate(() => navigator.clipboard.readText())).toBe(String(anchor));
    await goOn.click();

    await page.shows(texts.offer.title);
    await inspect(page.page, 'offer-recovery');
    await page.clicks(texts.offer.later);
    await page.showsDevices(anchor);
    await expect(page.row('My laptop')).toContainText(texts.manage.inUse);
    await expect(page.page.getByText(texts.manage.single)).toBeVisible();
    await inspect(page.page, 'manage-single');
  });
  expect(page.device.own.passkeys).toHaveLength(1);
  expect(signatures, 'the temporary key acts for the passkey: it signs nothing').toBe(0);
});

test('a creation whose prompt is turned away can be tried again', async ({ visits }) => {
  const page = await visits();
  await page.device.confirms(page.page, false);
  await page.clicks(texts.picker.create);
  await page.clicks(texts.create.start);
  await page.complains(texts.passkey.cancelled);
  await inspect(page.page, 'create-cancelled');
  expect(page.device.own.passkeys).toHaveLength(0);
  await page.device.confirms(page.page, true);
  await page.clicks(texts.create.start);
  await page.readsNumber();
});

test('a double click creates one anchor, and the back button does not create another one', async ({ visits }) => {
  const page = await visits();
  const registrations: string[] = [];
  page.page.on('request', (request) => {
    if (request.postDataBuffer()?.includes('register')) registrations.push(request.url());
  });
  await page.clicks(texts.picker.create);
  await page.button(texts.create.start).dblclick();
  const anchor = await page.readsNumber();
  expect(page.device.own.passkeys).toHaveLength(1);
  expect(registrations).toHaveLength(1);
  await page.page.goBack();
  await page.shows(texts.welcome.title);
  await page.page.goForward();
  await page.shows(texts.create.title);
  await page.page.reload();
  await page.comesBack(anchor);
  // Only now everything that going back and forth could have sent has had its time.
  expect(registrations).toHaveLength(1);
  expect(page.device.own.passkeys).toHaveLength(1);
});

test('when too many people register, it says so and can be tried again', async ({ stage, visits }) => {
  const page = await visits();
  await stage.rateLimit(1, HOUR);
  try {
    await page.createsAnchor();
    await page.signsOut();
    await page.clicks(texts.picker.create);
    await page.clicks(texts.create.start);
    await page.complains(texts.errors['rate-limited']);
    await inspect(page.page, 'create-rate-limited');
  } finally {
    await stage.rateLimit(1_000, SECOND);
  }
  await page.clicks(texts.create.start);
  await page.readsNumber();
  expect(page.device.own.passkeys, 'the passkey that was made is used').toHaveLength(2);
});
