// The login page in one tab, and what people do there.
import { expect, type Locator, type Page } from '@playwright/test';
import { Authenticator, type Device } from './device';
import { texts } from './texts';

export class LoginPage {
  constructor(
    readonly page: Page,
    readonly device: Device,
  ) {}

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  async clicks(name: string): Promise<void> {
    await this.button(name).click();
  }

  async types(label: string, value: string): Promise<void> {
    await this.field(label).fill(value);
  }

  /** The screen with this heading is up. */
  async shows(title: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: title, exact: true })).toBeVisible();
  }

  /** The list of devices is up, and has come. Before that everything below it is about to move. */
  async showsDevices(anchor: bigint): Promise<void> {
    await this.shows(texts.manage.title(anchor));
    await expect(this.button(texts.manage.addHere)).toBeVisible();
  }

  /** A problem is told in these words. */
  async complains({ what }: { what: string }): Promise<void> {
    await expect(this.page.getByRole('alert').filter({ hasText: what })).toBeVisible();
  }

  async says(words: string): Promise<void> {
    await expect(this.page.getByRole('status').filter({ hasText: words })).toBeVisible();
  }

  /** From the choice of an anchor to the number of a new one. */
  async registers(deviceName: string): Promise<bigint> {
    await this.clicks(texts.picker.create);
    await this.shows(texts.create.title);
    await this.types(texts.common.deviceName, deviceName);
    await this.clicks(texts.create.start);
    return this.readsNumber();
  }

  /** The number of the anchor that was just created. */
  async readsNumber(): Promise<bigint> {
    await this.shows(texts.create.numberTitle);
    return BigInt(await this.page.locator('output').innerText());
  }

  /** From the number of a new anchor to where it is used: without recovery. */
  async skipsRecovery(): Promise<void> {
    await this.page.getByLabel(texts.create.saved).check();
    await this.clicks(texts.common.continue);
    await this.shows(texts.offer.title);
    await this.clicks(texts.offer.later);
  }

  /** From the welcome to the list of devices. */
  async createsAnchor(deviceName = 'laptop'): Promise<bigint> {
    const anchor = await this.registers(deviceName);
    await this.skipsRecovery();
    await this.showsDevices(anchor);
    return anchor;
  }

  /** The anchor that a passkey without a typed number leads to. */
  async isOfferedByPasskey(anchor: bigint): Promise<void> {
    await this.clicks(texts.picker.discover);
    await expect(this.button(texts.picker.continueAs(anchor))).toBeVisible();
  }

  /** From the welcome to the list of devices, with an anchor that the browser remembers. */
  async comesBack(anchor: bigint): Promise<void> {
    await this.clicks(texts.welcome.signInAs(anchor));
    await this.showsDevices(anchor);
  }

  /** The same with a typed number. */
  async comesBackByNumber(anchor: bigint): Promise<void> {
    await this.types(texts.common.anchorNumber, String(anchor));
    await this.clicks(texts.picker.withNumber);
    await this.showsDevices(anchor);
  }

  /** Where anchors are chosen: this browser does not show that one any more. */
  async forgets(anchor: bigint): Promise<void> {
    await this.clicks(texts.picker.forget(anchor));
    await this.clicks(texts.picker.forgetConfirm);
  }

  /** In the list of devices. */
  row(deviceName: string): Locator {
    return this.page.getByRole('listitem').filter({ has: this.page.getByText(deviceName, { exact: true }) });
  }

  async signsOut(): Promise<void> {
    await this.clicks(texts.manage.logOut);
    await this.shows(texts.welcome.title);
  }

  /** From the list of devices back to it; answers the phrase as people keep it: number and words. */
  async createsPhrase(): Promise<string> {
    await this.clicks(texts.manage.addPhrase);
    await this.shows(texts.phrase.title);
    const phrase = await this.storesPhrase();
    await this.clicks(texts.common.continue);
    return phrase;
  }

  /** From the first screen about the phrase to the one that says that it is stored. */
  async storesPhrase(): Promise<string> {
    await this.clicks(texts.phrase.generate);
    const phrase = await this.readsPhrase();
    await this.clicks(texts.phrase.copy);
    await this.clicks(texts.phrase.save);
    await this.shows(texts.phrase.doneTitle);
    return phrase;
  }

  /** From the list of devices back to it, with a security key more. */
  async addsKey(deviceName: string): Promise<void> {
    await this.device.plugsIn(this.page, new Authenticator('usb'));
    await this.clicks(texts.manage.addHere);
    await this.types(texts.common.deviceName, deviceName);
    await this.clicks(texts.addHere.start);
    await expect(this.row(deviceName)).toBeVisible();
  }

  /** On the new device: it asks to be added. */
  async asksToBeAdded(anchor: bigint, deviceName: string): Promise<void> {
    await this.types(texts.common.anchorNumber, String(anchor));
    await this.types(texts.common.deviceName, deviceName);
    await this.clicks(texts.newDevice.start);
  }

  /** The code that it shows then. */
  async readsCode(): Promise<string> {
    await this.shows(texts.newDevice.codeTitle);
    return this.page.locator('output').innerText();
  }

  /** What is written on the screen. */
  async readsPhrase(): Promise<string> {
    await this.shows(texts.phrase.writeTitle);
    const items = this.page.getByRole('list', { name: texts.phrase.list }).getByRole('listitem');
    await expect(items).toHaveCount(25);
    return (await items.allInnerTexts()).join(' ');
  }

  /** From the welcome to the list of devices. */
  async recoversByPhrase(phrase: string): Promise<void> {
    await this.clicks(texts.picker.lost);
    await this.types(texts.phrase.type, phrase);
    await this.clicks(texts.recover.phraseSubmit);
  }
}
