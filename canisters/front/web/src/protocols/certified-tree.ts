// Whether a hash tree is what a canister certified.
import { Certificate, type HashTree, type HttpAgent, reconstruct } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import { networkNow } from '../clock';
import { compareBytes } from './bytes';
import { CertificationError } from './certification';
import { leafAt } from './hash-tree';

/** Minutes that a certificate's time may be off. */
const MAX_AGE = 5;

/** Whose certificates count. */
export interface Signer {
  canister: Principal;
  /** Of the network. DER. */
  rootKey: Uint8Array;
}

/**
 * The clock that certificates are judged by, in the form in which the library takes one: an agent that knows the time. It never
 * asks: whoever shows an old certificate could answer with its time.
 */
const clock = {
  getTimeDiffMsecs: () => networkNow() - Date.now(),
  hasSyncedTime: () => true,
  syncTime: () => Promise.resolve(),
  syncTimeWithSubnet: () => Promise.resolve(),
} as unknown as HttpAgent;

/** Rejects with a `CertificationError` unless a certificate (CBOR) proves that the tree is the canister's, and is so now. */
export async function verifyTree(tree: HashTree, certificate: Uint8Array, { canister, rootKey }: Signer): Promise<void> {
  let certified: Uint8Array | null;
  try {
    const { cert } = await Certificate.create({
      certificate,
      rootKey,
      principal: { canisterId: canister },
      maxAgeInMinutes: MAX_AGE,
      agent: clock,
    });
    certified = leafAt(['canister', canister.toUint8Array(), 'certified_data'], cert.tree);
  } catch (error) {
    throw new CertificationError(`the certificate is not acceptable: ${String(error)}`);
  }
  if (certified === null) throw new CertificationError('the certificate is not one of this canister');
  if (compareBytes(certified, await reconstruct(tree)) !== 0) {
    throw new CertificationError('the tree is not the one that the canister certified');
  }
}
