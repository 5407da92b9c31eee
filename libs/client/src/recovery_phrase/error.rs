//! Why a text is no recovery phrase.

use types::AnchorNumber;

use super::WORDS;

/// What is wrong with a text that should be a recovery phrase. Not worth a retry with the same text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// It does not begin with a number.
    #[error("the anchor number in front of the words is missing")]
    NoAnchor,
    /// It begins with a number that no anchor can have.
    #[error("the number in front of the words is too large for an anchor")]
    NoSuchAnchor,
    /// It is another anchor's phrase.
    #[error("this is the phrase of anchor {found}, not of {expected}")]
    OtherAnchor {
        /// The anchor that was asked for.
        expected: AnchorNumber,
        /// The number in front of the words.
        found: AnchorNumber,
    },
    /// Words are missing, or too many.
    #[error("a recovery phrase has {WORDS} words after the anchor number, not {found}")]
    WordCount {
        /// Words after the number.
        found: usize,
    },
    /// A word is not in BIP-39's English list. The first such one; show it to nobody but who typed it.
    #[error("word {position}, `{word}`, is not a word of recovery phrases")]
    UnknownWord {
        /// 1 is the first word after the number.
        position: usize,
        /// The word, in lower case.
        word: String,
    },
    /// All words are of the list, but they do not belong together: one is wrong, or two are swapped.
    #[error("the checksum does not match: a word is wrong, or words are not in their order")]
    Checksum,
}
