// What front does for who is authenticated, and for who wants to be.
import type { HttpAgent } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import type { Environment } from '../environment';
import type { Session } from '../session';
import { createAgent, query, update } from './call';
import { FRONT } from './candid';
import { patiently, repeated, settled } from './retry';
import type { AnchorInfo, Challenge, DelegationAnswer, DeviceData, RegisterAnswer, TentativeAnswer, VerifyAnswer } from './types';

type Method = keyof typeof FRONT;

/**
 * Front, as the agent's identity sees it. Each method throws a `ServiceError`. While the service is busy they try for a
 * few seconds; where front.did calls that harmless they repeat once what had no outcome.
 */
export class Front {
  constructor(
    private readonly canister: Principal,
    private readonly agent: HttpAgent,
  ) {}

  private call<T extends unknown[]>(method: Method, ...values: unknown[]): Promise<T> {
    return patiently(() => update<T>(this.agent, this.canister, method, FRONT[method], values));
  }

  async createChallenge(): Promise<Challenge> {
    const [challenge] = await repeated(() => this.call<[Challenge]>('create_challenge'));
    return challenge;
  }

  /**
   * The caller is `temporaryKey`, which acts for the device for 10 minutes. Not repeated: a challenge that is void by then is no word about
   * the first call.
   */
  async register(device: DeviceData, challenge: string, solution: string, temporaryKey: Principal): Promise<RegisterAnswer> {
    const values = [device, { key: challenge, chars: solution }, [temporaryKey]];
    const [answer] = await this.call<[RegisterAnswer]>('register', ...values);
    return answer;
  }

  /** Certified: an update call. */
  async anchorInfo(anchor: bigint): Promise<AnchorInfo> {
    const [info] = await repeated(() => this.call<[AnchorInfo]>('get_anchor_info', anchor));
    return info;
  }

  async add(anchor: bigint, device: DeviceData): Promise<void> {
    await settled(async () => void (await this.call('add', anchor, device)), ['key-exists']);
  }

  async update(anchor: bigint, key: Uint8Array, device: DeviceData): Promise<void> {
    await settled(async () => void (await this.call('update', anchor, key, device)), []);
  }

  /** Who replaces its own key cannot ask whether it was done, other than by being refused. Then it is to be looked whether the new one is there. */
  async replace(anchor: bigint, key: Uint8Array, device: DeviceData): Promise<void> {
    const change = async (): Promise<void> => void (await this.call('replace', anchor, key, device));
    await settled(change, ['device-not-found', 'not-authenticated']);
  }

  /**
   * `isCallers`: the key that signs this call. Who removes it cannot ask whether it was done, other than by being refused. Then the answer
   * is false, and it is to be looked whether the key is gone.
   */
  async remove(anchor: bigint, key: Uint8Array, isCallers: boolean): Promise<boolean> {
    return settled(
      async () => void (await this.call('remove', anchor, key)),
      isCallers ? ['device-not-found', 'not-authenticated'] : ['device-not-found'],
    );
  }

  /** When the registration of a device on another machine ends. */
  async enterRegistrationMode(anchor: bigint): Promise<bigint> {
    const [end] = await repeated(() => this.call<[bigint]>('enter_device_registration_mode', anchor));
    return end;
  }

  async exitRegistrationMode(anchor: bigint): Promise<void> {
    await settled(async () => void (await this.call('exit_device_registration_mode', anchor)), []);
  }

  async addTentatively(anchor: bigint, device: DeviceData): Promise<TentativeAnswer> {
    const [answer] = await repeated(() => this.call<[TentativeAnswer]>('add_tentative_device', anchor, device));
    return answer;
  }

  /** Not repeated: a wrong code would be counted twice. */
  async verifyTentative(anchor: bigint, code: string): Promise<VerifyAnswer> {
    const [answer] = await this.call<[VerifyAnswer]>('verify_tentative_device', anchor, code);
    return answer;
  }

  /** The pseudonym's key (DER) and when the delegation ends. */
  async prepareDelegation(
    anchor: bigint,
    origin: string,
    sessionKey: Uint8Array,
    timeToLive: bigint | undefined,
  ): Promise<[Uint8Array, bigint]> {
    const wish = timeToLive === undefined ? [] : [timeToLive];
    return repeated(() => this.call<[Uint8Array, bigint]>('prepare_delegation', anchor, origin, sessionKey, wish));
  }

  /** Asks once. A replica that lags does not have it yet: see `delegation.ts`. */
  async getDelegation(anchor: bigint, origin: string, sessionKey: Uint8Array, expiration: bigint): Promise<DelegationAnswer> {
    const values = [anchor, origin, sessionKey, expiration];
    const [answer] = await patiently(() =>
      query<[DelegationAnswer]>(this.agent, this.canister, 'get_delegation', FRONT.get_delegation, values),
    );
    return answer;
  }
}

/** Front, as this session's device. */
export function frontFor(env: Environment, session: Session): Front {
  return new Front(env.front, createAgent(env, session.identity));
}
