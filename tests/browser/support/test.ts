// What tests are given: a network for each worker, and people with devices.
import { test as base } from '@playwright/test';
import { Device } from './device';
import { LoginPage } from './login-page';
import { Stage } from './stage';

interface ForTest {
  /** A new device: another browser with another authenticator. */
  device: () => Promise<Device>;
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
    await use(async () => {
      const device = await Device.start(browser);
      devices.push(device);
      return device;
    });
    for (const device of devices) await device.shutsDown();
  },

  visits: async ({ stage, device }, use) => {
    await use(async (on, path = '/') => {
      const where = on ?? (await device());
      return new LoginPage(await where.opens(`${stage.programme.page}${path}`), where);
    });
  },
});

export { expect } from '@playwright/test';
