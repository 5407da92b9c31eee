// The relying party in one tab, and what people do there.
import { expect, type Page } from '@playwright/test';
import type { Device } from './device';
import { LoginPage } from './login-page';
import type { DappAddress } from './stage';

/** A page for each way to log in. */
export type Way = 'auth' | 'auth-client' | 'redirect';
export const WAYS: readonly Way[] = ['auth', 'auth-client', 'redirect'];

export interface Wishes {
  minutes?: number;
  derivation?: string;
}

export interface LoggedIn {
  principal: string;
  /** What the canister saw. */
  seenByQuery: string;
  seenByUpdate: string;
  /** Ends at, ms since 1970. */
  expiration: number;
  /** From the click to the delegation. */
  milliseconds: number;
  /** JSON. */
  chain: string;
}

export class Dapp {
  private constructor(
    readonly page: Page,
    readonly device: Device,
    readonly way: Way,
  ) {}

  static async opens(device: Device, address: DappAddress, way: Way, wishes: Wishes = {}): Promise<Dapp> {
    const query = new URLSearchParams(Object.entries(wishes).map(([name, value]) => [name, String(value)]));
    const page = await device.opens(`${address.origin}/${way}.html?${query}`);
    return new Dapp(page, device, way);
  }

  /** The login page, in a window of its own or in this one. */
  async logsIn(): Promise<LoginPage> {
    const button = this.page.getByRole('button', { name: 'Log in' });
    await expect(button).toBeEnabled();
    if (this.way === 'redirect') {
      await button.click();
      return new LoginPage(this.page, this.device);
    }
    const popup = this.page.waitForEvent('popup');
    await button.click();
    const page = await popup;
    await this.device.ready(page);
    return new LoginPage(page, this.device);
  }

  async isLoggedIn(): Promise<LoggedIn> {
    await expect(this.page.getByRole('status')).toHaveText('Logged in');
    const read = (id: string): Promise<string> => this.page.locator(`#${id}`).innerText();
    return {
      principal: await read('principal'),
      seenByQuery: await read('seen-by-query'),
      seenByUpdate: await read('seen-by-update'),
      expiration: Date.parse(await read('expiration')),
      milliseconds: Number(await read('took')),
      chain: await read('chain'),
    };
  }

  /** Why it is not logged in, in the library's words. */
  async isRefused(): Promise<string> {
    await expect(this.page.getByRole('status')).toHaveText('Not logged in');
    return this.page.getByRole('alert').innerText();
  }
}
