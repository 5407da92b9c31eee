// The network that a worker's tests play on: a program that is asked by lines of JSON (tests/examples/stage).
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface DappSettings {
  login: string;
  alternative_origins: string[];
  callbacks: string[];
  domains: string[];
}

export interface DappAddress {
  id: string;
  origin: string;
  settings: DappSettings;
}

export interface Programme {
  /** Origin of the login page. */
  page: string;
  front: string;
  shards: string[];
  dapps: [DappAddress, DappAddress];
  port: number;
  /** DER in hex. */
  rootKey: string;
}

/** What an independent implementation read in delegations that it has verified. */
export interface VerifiedChain {
  pseudonym: string;
  sessionKey: string;
  secondsLeft: number;
}

export interface VerifiedAsset {
  status: number;
  bytes: number;
  encoding: string | null;
  contentType: string | null;
  version: number;
  /** What the library says to the same answer with another body. */
  refusalOfAnother: string;
}

export class Stage {
  private readonly waiting: ((line: string) => void)[] = [];

  private constructor(
    private readonly program: ChildProcessWithoutNullStreams,
    private first: Programme | undefined,
  ) {}

  /** Takes a second or two; longer if the server compiles modules that it sees for the first time. */
  static async begin(): Promise<Stage> {
    const binary = process.env['ANCHORAGE_STAGE'];
    if (!binary) throw new Error('ANCHORAGE_STAGE does not name the stage program: use tests/browser/run.sh');
    const program = spawn(binary, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stage = new Stage(program, undefined);
    let complaints = '';
    program.stderr.on('data', (chunk) => (complaints = (complaints + String(chunk)).slice(-4_000)));
    program.on('exit', (code) => {
      for (const reader of stage.waiting.splice(0)) {
        reader(JSON.stringify({ error: `the stage ended with ${code}: ${complaints}` }));
      }
    });
    createInterface({ input: program.stdout }).on('line', (line) => stage.waiting.shift()?.(line));
    const opening = JSON.parse(await stage.nextLine()) as Programme | { error: string };
    if ('error' in opening) throw new Error(opening.error);
    stage.first = opening;
    return stage;
  }

  get programme(): Programme {
    if (!this.first) throw new Error('the stage has not begun');
    return this.first;
  }

  async end(): Promise<void> {
    if (this.program.exitCode !== null) return;
    const ended = once(this.program, 'exit');
    this.program.stdin.end();
    await ended;
  }

  /** What front keeps on its heap is gone afterwards: signatures, challenges, temporary keys' traces. */
  async upgradesFront(): Promise<void> {
    await this.ask({ do: 'upgrade_front' });
  }

  async captcha(on: boolean): Promise<void> {
    await this.ask({ do: 'captcha', on });
  }

  async rateLimit(maxTokens: number, timePerTokenNs: number): Promise<void> {
    await this.ask({ do: 'rate_limit', max_tokens: maxTokens, time_per_token_ns: timePerTokenNs });
  }

  /** A new anchor with that passkey. */
  async registers(publicKey: Buffer, credentialId: Buffer, name: string): Promise<bigint> {
    const bytes = { public_key: publicKey.toString('hex'), credential_id: credentialId.toString('hex') };
    return BigInt((await this.ask({ do: 'register', ...bytes, name })) as string);
  }

  async shard(index: number, runs: boolean): Promise<void> {
    await this.ask({ do: 'shard', index, runs });
  }

  /** Gives a dapp settings; those that are not named are the usual ones. */
  async sets(dapp: DappAddress, settings: Partial<DappSettings>): Promise<void> {
    await this.ask({ do: 'dapp', id: dapp.id, settings: { ...dapp.settings, ...settings } });
  }

  async spoils(dapp: DappAddress, path: string): Promise<void> {
    await this.ask({ do: 'spoil', id: dapp.id, path });
  }

  /** `chain` is JSON as the published libraries write it. */
  async verifies(chain: string): Promise<VerifiedChain> {
    return (await this.ask({ do: 'verify', chain: JSON.parse(chain) as unknown })) as VerifiedChain;
  }

  async verifiesAsset(id: string, path: string, encodings: string): Promise<VerifiedAsset> {
    return (await this.ask({ do: 'verify_asset', id, path, encodings })) as VerifiedAsset;
  }

  /** Rejects with the stage's own words. */
  private async ask(command: { do: string } & Record<string, unknown>): Promise<unknown> {
    const line = this.nextLine();
    this.program.stdin.write(`${JSON.stringify(command)}\n`);
    const answer = JSON.parse(await line) as { ok: unknown } | { error: string };
    if ('error' in answer) throw new Error(`${command.do}: ${answer.error}`);
    return answer.ok;
  }

  private nextLine(): Promise<string> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
