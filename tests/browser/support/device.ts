// A person's device: a browser of its own, and what answers passkey prompts in it.
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page } from '@playwright/test';
import type { Passkey } from './passkey';

/** An authenticator: what is built into a device, or a security key that can be carried to another one. */
export class Authenticator {
  readonly passkeys: Passkey[] = [];
  /** Prompts that were answered with a signature. */
  signatures = 0;
  /** When the last one was, ms since 1970. */
  lastSigned = 0;

  constructor(readonly transport: 'internal' | 'usb') {}

  /** Prompts of that page are answered by this authenticator from now on. */
  async attach(session: CDPSession): Promise<string> {
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: this.transport,
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    for (const credential of this.passkeys) {
      await session.send('WebAuthn.addCredential', { authenticatorId, credential });
    }
    session.on('WebAuthn.credentialAdded', (event) => {
      if (event.authenticatorId === authenticatorId) this.passkeys.push(event.credential);
    });
    session.on('WebAuthn.credentialAsserted', (event) => {
      if (event.authenticatorId !== authenticatorId) return;
      this.signatures += 1;
      this.lastSigned = Date.now();
    });
    return authenticatorId;
  }
}

interface Ready {
  session: CDPSession;
  /** The present authenticator's id in this page. */
  id: string;
}

/** What a browser keeps of earlier visits. */
export type Memory = BrowserContextOptions['storageState'];

export class Device {
  readonly own = new Authenticator('internal');
  private readonly pages = new Map<Page, Promise<Ready>>();

  private constructor(readonly context: BrowserContext) {}

  static async start(browser: Browser, memory?: Memory): Promise<Device> {
    const context = await browser.newContext({
      ...(memory && { storageState: memory }),
      viewport: { width: 900, height: 800 },
      // Spinners are drawn sixty times a second by a processor that has other things to do.
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const device = new Device(context);
    // Popups, too: each page has an authenticator before somebody can click in it.
    context.on('page', (page) => void device.ready(page).catch(() => undefined));
    return device;
  }

  async opens(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await this.ready(page);
    await page.goto(url);
    return page;
  }

  /** From now on the page's prompts are answered by the device itself. */
  ready(page: Page): Promise<Ready> {
    const known = this.pages.get(page);
    if (known) return known;
    const ready = this.attach(page);
    this.pages.set(page, ready);
    return ready;
  }

  /** The person confirms this page's prompts, or turns them away. */
  async confirms(page: Page, yes: boolean): Promise<void> {
    const { session, id } = await this.ready(page);
    await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: yes });
  }

  /** In this page the person uses another authenticator from now on. */
  async plugsIn(page: Page, authenticator: Authenticator): Promise<void> {
    const { session, id } = await this.ready(page);
    await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id });
    this.pages.set(page, Promise.resolve({ session, id: await authenticator.attach(session) }));
  }

  async shutsDown(): Promise<void> {
    await this.context.close();
  }

  private async attach(page: Page): Promise<Ready> {
    const session = await this.context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    return { session, id: await this.own.attach(session) };
  }
}

/** How often the device's own authenticator signed while something was done. */
export async function signaturesDuring(device: Device, work: () => Promise<void>): Promise<number> {
  const before = device.own.signatures;
  await work();
  return device.own.signatures - before;
}
