// A passkey that an authenticator holds and the service knows before a test begins.
import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** As the browser's protocol for tests has it: bytes in base64. */
export interface Passkey {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
}

/** DER of a public key in COSE (interface specification, "Web Authentication") before the 77 bytes of an ES256 key. */
const COSE_IN_DER = '305e300c060a2b0601040183b8430101034e00';

/** A new one for that host, with its public key in DER. */
export function newPasskey(rpId: string): { passkey: Passkey; publicKey: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // COSE (RFC 9053): {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
  const cose = [Buffer.from('a5010203262001215820', 'hex'), Buffer.from(x, 'base64url')];
  cose.push(Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url'));
  return {
    passkey: {
      credentialId: randomBytes(32).toString('base64'),
      isResidentCredential: true,
      rpId,
      privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      userHandle: randomBytes(16).toString('base64'),
      signCount: 0,
    },
    publicKey: Buffer.concat([Buffer.from(COSE_IN_DER, 'hex'), ...cose]),
  };
}
