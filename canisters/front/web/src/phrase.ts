// Recovery phrases: what a person writes down, and the key that follows from it. The same as the Rust client's
// (libs/client/src/recovery_phrase.rs) and as Internet Identity's front end:
//
//   10000 trust dad oak ... almost     the anchor's number, then 24 words of BIP-39's English list
//           | checksum                 BIP-39
//           | PBKDF2, no passphrase
//         seed, 64 bytes
//           | m/44'/223'/0'/0'/0'      SLIP-0010
//         Ed25519 key                  the anchor's device: recovery, seed_phrase
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedWebcrypto } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { MAX_ANCHOR } from './anchor-number';
import { deriveEd25519 } from './slip10';

const WORDS = 24;
/** Bytes of randomness that 24 words stand for. */
const ENTROPY_LENGTH = 32;
/** The purpose of BIP-44, then the Internet Computer's number in SLIP-0044. */
const PATH = [44, 223, 0, 0, 0];

export type PhraseProblem =
  /** It does not begin with a number. */
  | { code: 'no-anchor' }
  /** The number is too large for an anchor's. */
  | { code: 'no-such-anchor' }
  | { code: 'word-count'; found: number }
  /** `position` is 1 for the first word after the number. */
  | { code: 'unknown-word'; position: number; word: string }
  /** All words are right, but they do not belong together. */
  | { code: 'checksum' }
  /** A proper phrase, but of another anchor than the one it is asked for. */
  | { code: 'other-anchor' }
  /** A proper phrase with the anchor's number that is not (any more) one of its keys. */
  | { code: 'not-its-phrase' };

export class PhraseError extends Error {
  override name = 'PhraseError';
  constructor(readonly problem: PhraseProblem) {
    // Says none of the words.
    super(problem.code);
  }
}

export interface Phrase {
  anchor: bigint;
  words: readonly string[];
}

/** A new phrase for this anchor, from the browser's randomness. */
export function generatePhrase(anchor: bigint): Phrase {
  const entropy = crypto.getRandomValues(new Uint8Array(ENTROPY_LENGTH));
  const words = entropyToMnemonic(entropy, wordlist).split(' ');
  entropy.fill(0);
  return { anchor, words };
}

/** What to write down. */
export function phraseText({ anchor, words }: Phrase): string {
  return `${anchor} ${words.join(' ')}`;
}

/** Reads what a person wrote down, in whatever case and with any white space. Throws a `PhraseError`. */
export function parsePhrase(text: string): Phrase {
  const [number = '', ...words] = text.trim().toLowerCase().split(/\s+/);
  if (!/^\d+$/.test(number)) throw new PhraseError({ code: 'no-anchor' });
  const anchor = BigInt(number);
  if (anchor > MAX_ANCHOR) throw new PhraseError({ code: 'no-such-anchor' });
  if (words.length !== WORDS) throw new PhraseError({ code: 'word-count', found: words.length });
  words.forEach((word, index) => {
    if (!wordlist.includes(word)) throw new PhraseError({ code: 'unknown-word', position: index + 1, word });
  });
  try {
    mnemonicToEntropy(words.join(' '), wordlist).fill(0);
  } catch {
    throw new PhraseError({ code: 'checksum' });
  }
  return { anchor, words };
}

/** The key that signs as the phrase's device. */
export async function phraseIdentity({ words }: Phrase): Promise<Ed25519KeyIdentity> {
  const seed = await mnemonicToSeedWebcrypto(words.join(' '));
  const secret = await deriveEd25519(seed, PATH);
  const identity = Ed25519KeyIdentity.generate(secret);
  seed.fill(0);
  secret.fill(0);
  return identity;
}
