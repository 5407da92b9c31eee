import { Ed25519PublicKey } from '@icp-sdk/core/identity';
import { describe, expect, test } from 'vitest';
import { generatePhrase, parsePhrase, PhraseError, phraseIdentity, phraseText, type PhraseProblem } from './phrase';

const PHRASE =
  '10001 trust dad oak bright arrow pipe omit provide material donkey hole worry parade test paper fix clutch state ' +
  'range census dust fan hurry almost';

function problemOf(text: string): PhraseProblem | undefined {
  try {
    parsePhrase(text);
  } catch (error) {
    if (error instanceof PhraseError) return error.problem;
    throw error;
  }
  return undefined;
}

function replaced(place: number, word: string): string {
  return PHRASE.split(' ')
    .map((other, index) => (index === place ? word : other))
    .join(' ');
}

// The same vectors as in libs/client/src/recovery_phrase/tests.rs.
const VECTORS: [string, string, string][] = [
  [
    PHRASE.replace('10001 ', ''),
    'b7e31058076e911b8aaafc1d16501f1584b4e2235ce64cb78b0e557406a60b23',
    'jt2on-ptjfl-vcuss-qsjn5-zypkc-z3462-wwmgc-khwfx-nqxml-tdyub-iae',
  ],
  [
    'script strategy fat bonus minimum elegant art hire vital palace combine vague proud exercise arrow copy media ' +
      'aim sleep soul energy crane amazing rely',
    'b24db52b0256aa29a30dc971c77d685eb08d5d3e3cacbfec8fe5e93a2b6daf26',
    'olkev-zwf7x-kwhdo-zki7l-44iew-rdjbh-bho25-bx47q-x4ghp-4ztiq-eae',
  ],
  [
    `${'abandon '.repeat(23)}art`,
    '6bdc6dec43e41c28d3e31049cd9e583c41ad8d67c96444b584cb553873eec6d9',
    '5nrsv-gw4hr-5wxr4-pws3a-cdgs2-kih6n-5liig-ylgxg-inbpv-3spsz-uae',
  ],
  [
    `${'zoo '.repeat(23)}vote`,
    'dd9eebd861a053922458bf6a49a188be289d56c5ad3c9b5b33bf58e5c4bb8a51',
    'dk6uz-ghfkl-bbmz4-kfdzi-nn4cu-xd5cl-6erka-33jvs-pemf7-2rqcd-iqe',
  ],
];

test.each(VECTORS)('the key of %s is that of the Rust client', async (words, key, principal) => {
  const identity = await phraseIdentity(parsePhrase(`10001 ${words}`));
  const raw = Ed25519PublicKey.fromDer(identity.getPublicKey().toDer()).rawKey;
  expect([...raw].map((byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(key);
  expect(identity.getPrincipal().toText()).toBe(principal);
});

test('what was generated is read again, and is never the same', () => {
  const phrase = generatePhrase(10_001n);
  expect(phrase.words).toHaveLength(24);
  expect(parsePhrase(phraseText(phrase))).toEqual(phrase);
  expect(generatePhrase(10_001n).words).not.toEqual(phrase.words);
});

test('upper case and white space make no difference', () => {
  const expected = parsePhrase(PHRASE);
  expect(parsePhrase(PHRASE.toUpperCase())).toEqual(expected);
  expect(parsePhrase(` \t${PHRASE.replaceAll(' ', ' \n\u00a0 ')}\r\n`)).toEqual(expected);
});

describe('is refused', () => {
  test.each(['', '   ', PHRASE.replace('10001 ', ''), replaced(0, '10001n'), replaced(0, '-1')])('without a number: %j', (text) =>
    expect(problemOf(text)).toEqual({ code: 'no-anchor' }),
  );

  test('with a number that no anchor can have', () => {
    expect(problemOf(replaced(0, '18446744073709551616'))).toEqual({ code: 'no-such-anchor' });
    expect(parsePhrase(replaced(0, '18446744073709551615')).anchor).toBe(2n ** 64n - 1n);
  });

  test.each([
    ['10001', 0],
    [PHRASE.replace(' almost', ''), 23],
    [`${PHRASE} almost`, 25],
    // Twelve words with the right checksum: a phrase of BIP-39, but not one of ours.
    [`10001 ${'abandon '.repeat(11)}about`, 12],
  ])('with another count of words: %s', (text, found) => expect(problemOf(text)).toEqual({ code: 'word-count', found }));

  test.each([
    [1, 'thrust'],
    [13, '10002'],
    [24, 'almost.'],
  ])('with the word in place %i that is none: %s', (position, word) =>
    expect(problemOf(replaced(position, word))).toEqual({ code: 'unknown-word', position, word }),
  );

  test('when the words do not belong together', () => {
    expect(problemOf(PHRASE.replace('dad oak', 'oak dad'))).toEqual({ code: 'checksum' });
  });
});
