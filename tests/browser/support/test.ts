// What tests are given: a network for each worker, and people with devices.
import { test as base } from '@playwright/test';
import { Device, type Memory } from './device';
import { LoginPage } from './login-page';
import { newPasskey } from './passkey';
import { Stage } from './stage';

interface Owner {
  device: Device;
  anchor: bigint;
}

interface ForTest {
  /** A new device: another browser with another authenticator. `memory`: what the browser keeps of earlier visits. */
  device: (memory?: Memory) => Promise<Device>;
  /** A device with the passkey of a new anchor, which its browser remembers: without a visit of the login page. */
  owner: (deviceName?: string) => Promise<Owner>;
  /** The list of devices of a new anchor, on such a device. */
  signedIn: (deviceName: string) => Promise<{ page: LoginPage; anchor: bigint }>;
  /** The login page on a device, which is a new one if none is given. */
  visits: (on?: Device, path?: string) => Promise<LoginPage>;
}

interface ForWorker {
  stage: Stage;
}

export const test = base.extend<ForTest, ForWorker>({
  stage: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs, here nothing
    async ({}, use) => {
      const stage = await Stage.begin();
      await use(stage);
      await stage.end();
    },
    { scope: 'worker' },
  ],

  device: async ({ browser }, use) => {
    const devices: Device[] = [];
    await use(async (memory) => {
      const device = await Device.start(browser, memory);
      devices.push(device);
      return device;
    });
    for (const device of devices) await device.shutsDown();
  },

  owner: async ({ device, stage }, use) => {
    const origin = stage.programme.page;
    await use(async (deviceName = 'laptop') => {
      const { passkey, publicKey } = newPasskey(new URL(origin).hostname);
      const anchor = await stage.registers(publicKey, Buffer.from(passkey.credentialId, 'base64'), deviceName);
      // As the page itself writes it (memory.ts).
      const value = JSON.stringify({ version: 1, anchors: [String(anchor)] });
      const memory = { cookies: [], origins: [{ origin, localStorage: [{ name: 'anchorage.anchors', value }] }] };
      const owned = await device(memory);
      owned.own.passkeys.push(passkey);
      return { device: owned, anchor };
    });
  },

  signedIn: async ({ owner, visits }, use) => {
    await use(async (deviceName) => {
      const { device, anchor } = await owner(deviceName);
      const page = await visits(device);
      await page.comesBack(anchor);
      return { page, anchor };
    });
  },

  visits: async ({ stage, device }, use) => {
    await use(async (on, path = '/') => {
      const where = on ?? (await device());
      return new LoginPage(await where.opens(`${stage.programme.page}${path}`), where);
    });
  },
});

export { expect } from '@playwright/test';
