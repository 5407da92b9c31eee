// Without a mouse.
import type { Page } from '@playwright/test';
import { Dapp } from '../support/dapp';
import { staysSilent } from '../support/node';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

/** Goes on with the tab key until what has this name has the focus. */
async function tabsTo(page: Page, role: 'button' | 'textbox' | 'checkbox', name: string): Promise<void> {
  const target = page.getByRole(role, { name, exact: true });
  await target.waitFor();
  for (let tries = 0; tries < 40; tries += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the tab key does not reach ${name}`);
}

async function presses(page: Page, name: string): Promise<void> {
  await tabsTo(page, 'button', name);
  await page.keyboard.press('Enter');
}

test('an anchor is created and a dapp logged in to with the keyboard alone', async ({ visits, stage }) => {
  const { page, device, ...rest } = await visits().then((login) => ({ page: login.page, device: login.device, login }));
  await presses(page, texts.picker.create);
  await tabsTo(page, 'textbox', texts.common.deviceName);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('typed');
  await page.keyboard.press('Enter');
  const anchor = await rest.login.readsNumber();
  // A screen reader begins where the focus is.
  await expect(page.getByRole('heading', { level: 1, name: texts.create.numberTitle })).toBeFocused();
  await tabsTo(page, 'checkbox', texts.create.saved);
  await page.keyboard.press('Space');
  await presses(page, texts.common.continue);
  await presses(page, texts.offer.later);
  await rest.login.showsDevices(anchor);

  // A dialog keeps the focus, Escape closes it, and the focus comes back.
  await presses(page, texts.manage.renameOf('typed'));
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: texts.manage.renameOf('typed') })).toBeFocused();

  const dapp = await Dapp.opens(device, stage.programme.dapps[0], 'auth');
  const { page: consent } = await dapp.logsIn();
  await presses(consent, texts.authorize.logInAs(anchor));
  await dapp.isLoggedIn();
});

test('the focus is not lost where what had it goes', async ({ signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  const heading = (level: number, name: string) => page.page.getByRole('heading', { level, name, exact: true });
  await page.addsKey('key');
  await page.clicks(texts.manage.removeOf('key'));
  await page.clicks(texts.manage.remove);
  await expect(page.row('key')).toBeHidden();
  await expect(heading(1, texts.manage.title(anchor))).toBeFocused();

  await page.signsOut();
  await page.device.plugsIn(page.page, page.device.own);
  await page.clicks(texts.picker.discover);
  await expect(heading(2, texts.picker.foundTitle)).toBeFocused();
  await page.clicks(texts.picker.notMine);
  await expect(heading(1, texts.welcome.title)).toBeFocused();
  await page.forgets(anchor);
  await expect(page.button(texts.picker.forget(anchor))).toBeHidden();
  await expect(heading(1, texts.welcome.title)).toBeFocused();
});

test('the focus is not lost to a try that takes the button away', async ({ signedIn, stage }) => {
  const { page, anchor } = await signedIn('laptop');
  const { device } = page;
  await page.clicks(texts.manage.addHere);
  await page.shows(texts.addHere.title);
  // Who comes back to the devices sees what is true then.
  const node = await staysSilent(page.page);
  await page.clicks(texts.common.back);
  await page.shows(texts.manage.title(anchor));
  await node.breaksOff();
  await page.complains(texts.errors.network);
  await page.page.unrouteAll();
  await page.clicks(texts.common.tryAgain);
  await page.showsDevices(anchor);
  await expect(page.page.getByRole('heading', { level: 1 })).toBeFocused();

  // An address that did not answer: the dapp wants the pseudonym of a host that is no canister's.
  const nowhere = 'https://nowhere.example';
  await device.context.route(`${nowhere}/**`, (route) => route.abort());
  const dapp = await Dapp.opens(device, stage.programme.dapps[0], 'auth-client', { derivation: nowhere });
  const login = await dapp.logsIn();
  await login.complains(texts.authorize.originUnchecked);
  await login.clicks(texts.common.tryAgain);
  await expect(login.button(texts.common.tryAgain)).toBeVisible();
  await expect(login.page.getByRole('heading', { level: 1, name: texts.authorize.title })).toBeFocused();
});
