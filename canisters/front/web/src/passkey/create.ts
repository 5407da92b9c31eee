// A new passkey.
import { Cbor, DER_COSE_OID, wrapDER } from '@icp-sdk/core/agent';
import { parseAuthenticatorData } from './authenticator-data';
import { publicKeyCredential, toBytes } from './credential';
import { PasskeyError, toPasskeyError } from './errors';

/** COSE algorithms that the Internet Computer verifies: ES256, EdDSA with Ed25519, RS256. */
const ALGORITHMS = [-7, -8, -257];

export interface NewPasskey {
  credentialId: Uint8Array;
  /** DER. */
  publicKey: Uint8Array;
  /** The authenticator's model; undefined if it does not tell. */
  aaguid?: Uint8Array;
  /** Undefined if the browser does not tell. */
  attachment?: 'platform' | 'cross-platform';
  /** Random; the authenticator files the passkey under it. */
  userId: Uint8Array;
}

export interface CreateOptions {
  rpId: string;
  /** What the authenticator shows beside the passkey. */
  userName: string;
  /** Credential ids of the anchor's: an authenticator that holds one of them refuses ('already-registered'). */
  exclude: readonly Uint8Array[];
  /** Security keys only. */
  roaming?: boolean;
}

/** Prompts the user. Throws a `PasskeyError`. */
export async function createPasskey(options: CreateOptions): Promise<NewPasskey> {
  const userId = crypto.getRandomValues(new Uint8Array(32));
  let credential: Credential | null;
  try {
    credential = await navigator.credentials.create({ publicKey: creationOptions(options, userId) });
  } catch (error) {
    throw toPasskeyError(error);
  }
  return { ...read(publicKeyCredential(credential)), userId };
}

function creationOptions(
  { rpId, userName, exclude, roaming = false }: CreateOptions,
  userId: Uint8Array<ArrayBuffer>,
): PublicKeyCredentialCreationOptions {
  return {
    rp: { id: rpId, name: 'Anchorage' },
    user: { id: userId, name: userName, displayName: userName },
    // Nobody verifies an attestation: whoever holds the key is the device.
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    attestation: 'none',
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: exclude.map((id) => ({ type: 'public-key', id: Uint8Array.from(id) })),
    authenticatorSelection: {
      residentKey: 'preferred',
      userVerification: 'preferred',
      ...(roaming && { authenticatorAttachment: 'cross-platform' as const }),
    },
  };
}

function read(credential: PublicKeyCredential): Omit<NewPasskey, 'userId'> {
  const { attestationObject } = credential.response as AuthenticatorAttestationResponse;
  if (!attestationObject) throw new PasskeyError('malformed', 'no attestation');
  const attestation = Cbor.decode<{ authData: Uint8Array }>(toBytes(attestationObject));
  const { aaguid, coseKey } = parseAuthenticatorData(attestation.authData);
  const attachment = credential.authenticatorAttachment;
  return {
    credentialId: toBytes(credential.rawId),
    publicKey: wrapDER(coseKey, DER_COSE_OID),
    ...(aaguid.some((byte) => byte !== 0) && { aaguid }),
    ...((attachment === 'platform' || attachment === 'cross-platform') && { attachment }),
  };
}
