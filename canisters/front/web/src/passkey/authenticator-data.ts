// What an authenticator says about a new passkey (WebAuthn, section 6.1):
//
//   bytes  0..32  hash of the relying party id
//          32     flags
//          33..37 count of signatures
//          37..53 AAGUID: the authenticator's model
//          53..55 length of the credential id, then the id
//          ...    the key in COSE: a CBOR map
//          ...    extensions: another CBOR map, if flag 0x80 is set
import { PasskeyError } from './errors';

const FLAGS = 32;
const AAGUID = 37;
const ID_LENGTH = 53;
const ID = 55;
const HAS_KEY = 0x40;

export interface NewCredential {
  /** All zero if the authenticator does not tell. */
  aaguid: Uint8Array;
  credentialId: Uint8Array;
  /** CBOR. */
  coseKey: Uint8Array;
}

export function parseAuthenticatorData(data: Uint8Array): NewCredential {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < ID || (view.getUint8(FLAGS) & HAS_KEY) === 0) throw malformed('no key in it');
  const keyAt = ID + view.getUint16(ID_LENGTH);
  // Extensions may follow: the key ends where its map does.
  const end = skipItem(view, keyAt);
  return {
    aaguid: data.slice(AAGUID, ID_LENGTH),
    credentialId: data.slice(ID, keyAt),
    coseKey: data.slice(keyAt, end),
  };
}

/** Where the CBOR item at `at` ends. Only what COSE keys are made of: integers, byte and text strings, arrays, maps. */
function skipItem(view: DataView, at: number): number {
  const [major, value, next] = head(view, at);
  switch (major) {
    case 0:
    case 1:
      return next;
    case 2:
    case 3:
      if (next + value > view.byteLength) throw malformed('cut off');
      return next + value;
    case 4:
    case 5: {
      let end = next;
      for (let items = major === 5 ? 2 * value : value; items > 0; items -= 1) end = skipItem(view, end);
      return end;
    }
    default:
      throw malformed(`CBOR of type ${major}`);
  }
}

/** Major type, value or length, and where the head ends. */
function head(view: DataView, at: number): [number, number, number] {
  try {
    const first = view.getUint8(at);
    const major = first >> 5;
    const info = first & 31;
    if (info < 24) return [major, info, at + 1];
    if (info === 24) return [major, view.getUint8(at + 1), at + 2];
    if (info === 25) return [major, view.getUint16(at + 1), at + 3];
  } catch {
    throw malformed('cut off');
  }
  throw malformed('a CBOR length of more than two bytes');
}

function malformed(detail: string): PasskeyError {
  return new PasskeyError('malformed', `authenticator data: ${detail}`);
}
