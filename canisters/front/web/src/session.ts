// A session: a key in this tab's memory that acts for a device of an anchor.
import {
  IC_REQUEST_AUTH_DELEGATION_DOMAIN_SEPARATOR,
  requestIdOf,
  type DerEncodedPublicKey,
  type Identity,
  type Signature,
  type SignIdentity,
} from '@icp-sdk/core/agent';
import { Delegation, DelegationChain, DelegationIdentity, ECDSAKeyIdentity } from '@icp-sdk/core/identity';
import { networkNow } from './clock';

export interface Session {
  anchor: bigint;
  /** DER of the device that it acts for. */
  device: Uint8Array;
  identity: Identity;
  /** The device is a recovery phrase or key. */
  isRecovery: boolean;
  /** Milliseconds since 1970, by the network's clock. */
  end: number;
}

const MINUTE = 60_000;
/** How long a passkey's delegation holds. */
const LIFE = 30 * MINUTE;
/** How long the service lets a temporary key act for a new device is 10 minutes; the network's clock may be ahead. */
const TEMPORARY_LIFE = 9 * MINUTE;

/** A session key that nobody has lent an identity to yet. It cannot be read out, and dies with the tab. */
export class SessionKey {
  private constructor(readonly identity: ECDSAKeyIdentity) {}

  static async generate(): Promise<SessionKey> {
    return new SessionKey(await ECDSAKeyIdentity.generate({ extractable: false }));
  }

  /**
   * What a device signs to lend this key its identity. Made without waiting for anything, because some browsers allow
   * a passkey prompt only right after the user's click.
   */
  draft(now: number = networkNow()): Draft {
    const end = now + LIFE;
    const delegation = new Delegation(this.identity.getPublicKey().toDer(), BigInt(end) * 1_000_000n);
    const challenge = new Uint8Array([...IC_REQUEST_AUTH_DELEGATION_DOMAIN_SEPARATOR, ...requestIdOf({ ...delegation })]);
    return { key: this, delegation, challenge, end };
  }

  /** Right after a registration that named this key as the temporary one: no signature of the device is needed. */
  temporary(anchor: bigint, device: Uint8Array, now: number = networkNow()): Session {
    return { anchor, device, identity: this.identity, isRecovery: false, end: now + TEMPORARY_LIFE };
  }
}

export interface Draft {
  key: SessionKey;
  delegation: Delegation;
  /** To be signed by the device. */
  challenge: Uint8Array;
  end: number;
}

/** The session that a device's signature of the draft opens. The service checks the signature, not the page. */
export function openSession(
  draft: Draft,
  anchor: bigint,
  device: Uint8Array,
  signature: Uint8Array,
  isRecovery = false,
): Session {
  const signed = { delegation: draft.delegation, signature: signature as Signature };
  const chain = DelegationChain.fromDelegations([signed], device as DerEncodedPublicKey);
  return {
    anchor,
    device,
    identity: DelegationIdentity.fromDelegation(draft.key.identity, chain),
    isRecovery,
    end: draft.end,
  };
}

/** The session that a key in the page's hands opens (a recovery phrase): the key is not needed afterwards. */
export async function openSessionWith(identity: SignIdentity, anchor: bigint): Promise<Session> {
  const draft = (await SessionKey.generate()).draft();
  const signature = await identity.sign(draft.challenge);
  return openSession(draft, anchor, identity.getPublicKey().toDer(), signature, true);
}

/** A little before its end, so that no call is sent that arrives too late. */
export function isOver(session: Session, now: number = networkNow()): boolean {
  return now >= session.end - MINUTE / 2;
}
