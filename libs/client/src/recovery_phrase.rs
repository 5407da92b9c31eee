//! Recovery phrases: what a person writes down, and the key that follows from it.
//!
//! ```text
//! 10000 trust dad oak ... almost           the anchor's number, then 24 words of BIP-39's English list
//!         \_________________/
//!              | checksum                  BIP-39
//!              | PBKDF2, no passphrase
//!         seed, 64 bytes
//!              | m/44'/223'/0'/0'/0'       SLIP-0010
//!         Ed25519 key, in plain DER        the anchor's device: recovery, seed_phrase
//! ```
//!
//! Source: Internet Identity's front end (dfinity/internet-identity, in `src/frontend/src/lib`:
//! `legacy/crypto/mnemonic.ts` for the number in front and what is checked, `utils/recoveryPhrase.ts` for the path and
//! the derivation, `components/views/RecoveryPhraseInput.svelte` for upper case and white space), so phrases of its
//! users work here and the other way round. It reads a phrase without the number, too, where it knows the anchor
//! already: [`RecoveryPhrase::parse_for`].

use core::fmt;

use bip39::{ErrorKind, Language, Mnemonic, Seed};
use ic_agent::Identity;
use ic_agent::identity::BasicIdentity;
use p256::elliptic_curve::rand_core::{OsRng, RngCore};
use types::{AnchorNumber, DeviceData, DeviceKey, DeviceProtection, KeyType, Principal, Purpose};
use zeroize::Zeroizing;

mod error;
mod slip10;

pub use error::PhraseError;

/// Words of a phrase.
const WORDS: usize = 24;
/// Bytes of randomness that 24 words stand for.
const ENTROPY_LENGTH: usize = 32;
/// m/44'/223'/0'/0'/0': the purpose of BIP-44, then the Internet Computer's number in SLIP-0044.
const PATH: [u32; 5] = [44, 223, 0, 0, 0];
/// How Internet Identity names such a device.
const ALIAS: &str = "Recovery phrase";

/// A recovery phrase: whoever knows it is the anchor's user. Wiped from memory when dropped.
pub struct RecoveryPhrase {
    anchor: AnchorNumber,
    words: Mnemonic,
}

impl RecoveryPhrase {
    /// A new phrase for this anchor, from the operating system's randomness.
    pub fn generate(anchor: AnchorNumber) -> Self {
        let mut entropy = Zeroizing::new([0; ENTROPY_LENGTH]);
        OsRng.fill_bytes(&mut entropy[..]);
        Self::from_entropy(anchor, &entropy)
    }

    fn from_entropy(anchor: AnchorNumber, entropy: &[u8; ENTROPY_LENGTH]) -> Self {
        let words = Mnemonic::from_entropy(entropy, Language::English);
        Self {
            anchor,
            words: words.expect("32 bytes are a length of BIP-39's"),
        }
    }

    /// Reads what a person wrote down: number and words, in whatever case, with any white space around them.
    pub fn parse(text: &str) -> Result<Self, PhraseError> {
        let text = lower_case(text);
        let (anchor, words) = split(&text)?;
        Self::from_words(anchor.ok_or(PhraseError::NoAnchor)?, &words)
    }

    /// The same, where the anchor is known: the number may be missing, but must not be another one.
    pub fn parse_for(anchor: AnchorNumber, text: &str) -> Result<Self, PhraseError> {
        let text = lower_case(text);
        match split(&text)? {
            (Some(found), _) if found != anchor => Err(PhraseError::OtherAnchor {
                expected: anchor,
                found,
            }),
            (_, words) => Self::from_words(anchor, &words),
        }
    }

    fn from_words(anchor: AnchorNumber, words: &[&str]) -> Result<Self, PhraseError> {
        // BIP-39 has shorter phrases, too; none of them is a recovery phrase.
        if words.len() != WORDS {
            return Err(PhraseError::WordCount { found: words.len() });
        }
        let joined = Zeroizing::new(words.join(" "));
        let words =
            Mnemonic::from_phrase(&joined, Language::English).map_err(|error| match error {
                ErrorKind::InvalidWord(index) => PhraseError::UnknownWord {
                    position: index + 1,
                    word: words[index].to_owned(),
                },
                ErrorKind::InvalidChecksum
                | ErrorKind::InvalidKeysize(_)
                | ErrorKind::InvalidWordLength(_)
                | ErrorKind::InvalidEntropyLength(..) => PhraseError::Checksum,
            })?;
        Ok(Self { anchor, words })
    }

    /// Whose phrase it is.
    pub const fn anchor(&self) -> AnchorNumber {
        self.anchor
    }

    /// What to write down. Wiped from memory when dropped; keep no copy.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{} {}", self.anchor, self.words.phrase()))
    }

    /// The key that signs as the phrase's device.
    pub fn identity(&self) -> BasicIdentity {
        let seed = Seed::new(&self.words, "");
        BasicIdentity::from_raw_key(&slip10::ed25519(seed.as_bytes(), &PATH))
    }

    /// The public key, DER.
    pub fn key(&self) -> DeviceKey {
        let key = self.identity().public_key();
        DeviceKey::new(key.expect("an Ed25519 identity has a public key"))
    }

    /// Whom canisters see.
    pub fn principal(&self) -> Principal {
        self.key().principal()
    }

    /// What front is told about it. A protected phrase is changed or removed only by who logged in with it.
    pub fn device(&self, protection: DeviceProtection) -> DeviceData {
        DeviceData {
            pubkey: self.key(),
            alias: ALIAS.to_owned(),
            credential_id: None,
            aaguid: None,
            purpose: Purpose::Recovery,
            key_type: KeyType::SeedPhrase,
            protection,
            origin: None,
            metadata: None,
        }
    }
}

/// Says whose it is, and none of the words.
impl fmt::Debug for RecoveryPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryPhrase")
            .field("anchor", &self.anchor)
            .finish_non_exhaustive()
    }
}

fn lower_case(text: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(text.to_owned());
    text.make_ascii_lowercase();
    text
}

/// The number in front, if there is one, and the words after it.
fn split(text: &str) -> Result<(Option<AnchorNumber>, Vec<&str>), PhraseError> {
    let mut words = text.split_whitespace().peekable();
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let number = words.next_if(is_number);
    let anchor = number.map(|digits| digits.parse().map(AnchorNumber::new));
    let anchor = anchor.transpose().map_err(|_| PhraseError::NoSuchAnchor)?;
    Ok((anchor, words.collect()))
}

#[cfg(test)]
mod tests;
