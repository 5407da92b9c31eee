// What navigator.credentials gives. Password managers put objects of their own in its place, so it is known by its
// fields and not by its class, and its buffers may be arrays.
import { PasskeyError } from './errors';

export function publicKeyCredential(credential: Credential | null): PublicKeyCredential {
  if (credential?.type !== 'public-key' || !('rawId' in credential) || !('response' in credential)) {
    throw new PasskeyError('malformed', 'no public key credential');
  }
  return credential as PublicKeyCredential;
}

export function toBytes(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice();
  return new Uint8Array(buffer);
}
