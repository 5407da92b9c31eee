// A signature of a passkey, as the Internet Computer verifies it (interface specification, "Web Authentication").
import { Cbor } from '@icp-sdk/core/agent';
import { publicKeyCredential, toBytes } from './credential';
import { PasskeyError, toPasskeyError } from './errors';

export interface Assertion {
  credentialId: Uint8Array;
  /** CBOR of authenticator data, client data and signature. */
  signature: Uint8Array;
}

/**
 * Prompts the user: any of these passkeys, or with an empty list one that the authenticator itself knows of (discoverable).
 * Throws a `PasskeyError`.
 */
export async function askPasskey(rpId: string, credentialIds: readonly Uint8Array[], challenge: Uint8Array): Promise<Assertion> {
  let credential: Credential | null;
  try {
    credential = await navigator.credentials.get({
      publicKey: {
        rpId,
        challenge: Uint8Array.from(challenge),
        allowCredentials: credentialIds.map((id) => ({ type: 'public-key', id: Uint8Array.from(id) })),
        userVerification: 'preferred',
      },
    });
  } catch (error) {
    throw toPasskeyError(error);
  }
  const { rawId, response } = publicKeyCredential(credential);
  const { authenticatorData, clientDataJSON, signature } = response as AuthenticatorAssertionResponse;
  if (!authenticatorData || !clientDataJSON || !signature) throw new PasskeyError('malformed', 'no assertion');
  return {
    credentialId: toBytes(rawId),
    signature: Cbor.encode({
      authenticator_data: toBytes(authenticatorData),
      client_data_json: new TextDecoder().decode(toBytes(clientDataJSON)),
      signature: toBytes(signature),
    }),
  };
}
