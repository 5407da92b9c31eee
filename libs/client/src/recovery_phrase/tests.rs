use hex_literal::hex;

use super::*;

const ANCHOR: AnchorNumber = AnchorNumber::new(10_001);
const PHRASE: &str = "10001 trust dad oak bright arrow pipe omit provide material donkey hole worry parade test \
                      paper fix clutch state range census dust fan hurry almost";
/// DER of an Ed25519 public key before the key itself (RFC 8410).
const ED25519: [u8; 12] = hex!("302a 3005 0603 2b6570 0321 00");

fn phrase() -> RecoveryPhrase {
    RecoveryPhrase::parse(PHRASE).expect("the phrase is one")
}

/// The phrase with something else in place of a word (0 is the number).
fn with(place: usize, word: &str) -> String {
    let mut words: Vec<_> = PHRASE.split(' ').collect();
    words[place] = word;
    words.join(" ")
}

/// Public keys and principals were computed by bip39 3.1.2 (what Internet Identity's front end uses), ed25519-hd-key
/// 2.0.0 and @icp-sdk/core 6.1.0 from npm, and again by `bip_utils` 2.12.3 from `PyPI`. The first two phrases are in
/// Internet Identity's own tests and mocks, the others in BIP-39's vectors.
#[test]
fn keys_are_those_of_internet_identitys_front_end() {
    let vectors = [
        (
            PHRASE.trim_start_matches("10001 ").to_owned(),
            hex!("b7e31058076e911b8aaafc1d16501f1584b4e2235ce64cb78b0e557406a60b23"),
            "jt2on-ptjfl-vcuss-qsjn5-zypkc-z3462-wwmgc-khwfx-nqxml-tdyub-iae",
        ),
        (
            "script strategy fat bonus minimum elegant art hire vital palace combine vague proud exercise arrow copy \
             media aim sleep soul energy crane amazing rely"
                .to_owned(),
            hex!("b24db52b0256aa29a30dc971c77d685eb08d5d3e3cacbfec8fe5e93a2b6daf26"),
            "olkev-zwf7x-kwhdo-zki7l-44iew-rdjbh-bho25-bx47q-x4ghp-4ztiq-eae",
        ),
        (
            format!("{}art", "abandon ".repeat(23)),
            hex!("6bdc6dec43e41c28d3e31049cd9e583c41ad8d67c96444b584cb553873eec6d9"),
            "5nrsv-gw4hr-5wxr4-pws3a-cdgs2-kih6n-5liig-ylgxg-inbpv-3spsz-uae",
        ),
        (
            format!("{}vote", "zoo ".repeat(23)),
            hex!("dd9eebd861a053922458bf6a49a188be289d56c5ad3c9b5b33bf58e5c4bb8a51"),
            "dk6uz-ghfkl-bbmz4-kfdzi-nn4cu-xd5cl-6erka-33jvs-pemf7-2rqcd-iqe",
        ),
    ];
    for (words, key, principal) in vectors {
        let phrase = RecoveryPhrase::parse(&format!("10001 {words}")).unwrap();
        assert_eq!(phrase.key().as_slice(), [&ED25519[..], &key].concat());
        assert_eq!(phrase.principal().to_text(), principal);
        assert_eq!(phrase.identity().sender(), Ok(phrase.principal()));
    }
}

/// The vectors of 24 words that BIP-39 names (trezor/python-mnemonic, `vectors.json`); their passphrase is "TREZOR".
#[test]
fn words_and_seeds_are_those_of_bip_39() {
    let vectors = [
        (
            [0; 32],
            format!("{}art", "abandon ".repeat(23)),
            hex!(
                "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd30971"
                "70af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8"
            ),
        ),
        (
            [0x7f; 32],
            "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful \
             legal winner thank year wave sausage worth title"
                .to_owned(),
            hex!(
                "bc09fca1804f7e69da93c2f2028eb238c227f2e9dda30cd63699232578480a40"
                "21b146ad717fbb7e451ce9eb835f43620bf5c514db0f8add49f5d121449d3e87"
            ),
        ),
        (
            [0xff; 32],
            format!("{}vote", "zoo ".repeat(23)),
            hex!(
                "dd48c104698c30cfe2b6142103248622fb7bb0ff692eebb00089b32d22484e16"
                "13912f0a5b694407be899ffd31ed3992c456cdf60f5d4564b8ba3f05a69890ad"
            ),
        ),
        (
            hex!("f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f"),
            "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol \
             group space point ten exist slush involve unfold"
                .to_owned(),
            hex!(
                "01f5bced59dec48e362f2c45b5de68b9fd6c92c6634f44d6d40aab69056506f0"
                "e35524a518034ddc1192e1dacd32c1ed3eaa3c3b131c88ed8e7e54c49a5d0998"
            ),
        ),
    ];
    for (entropy, words, seed) in vectors {
        let phrase = RecoveryPhrase::from_entropy(ANCHOR, &entropy);
        assert_eq!(*phrase.reveal(), format!("10001 {words}"));
        assert_eq!(Seed::new(&phrase.words, "TREZOR").as_bytes(), seed);
    }
}

#[test]
fn what_was_written_down_is_read_again() {
    let phrase = RecoveryPhrase::generate(ANCHOR);
    let read = RecoveryPhrase::parse(&phrase.reveal()).unwrap();
    assert_eq!(read.anchor(), ANCHOR);
    assert_eq!(read.key(), phrase.key());
    assert_eq!(read.reveal(), phrase.reveal());
    let other = RecoveryPhrase::generate(ANCHOR);
    assert_ne!(other.key(), phrase.key());
}

#[test]
fn upper_case_and_white_space_make_no_difference() {
    let expected = phrase().key();
    let shouted = PHRASE.to_uppercase();
    let spread = format!(" \t{}\r\n", PHRASE.replace(' ', " \n\u{a0} "));
    for text in [shouted, spread] {
        let read = RecoveryPhrase::parse(&text).unwrap();
        assert_eq!((read.anchor(), read.key()), (ANCHOR, expected.clone()));
    }
}

#[test]
fn a_number_must_be_there_and_must_be_an_anchors() {
    let (_, words) = PHRASE.split_once(' ').unwrap();
    let refused = |text: &str| RecoveryPhrase::parse(text).err();
    assert_eq!(refused(words), Some(PhraseError::NoAnchor));
    assert_eq!(refused(""), Some(PhraseError::NoAnchor));
    assert_eq!(refused(&with(0, "10001n")), Some(PhraseError::NoAnchor));
    assert_eq!(refused(&with(0, "-1")), Some(PhraseError::NoAnchor));
    // 2^64
    let large = with(0, "18446744073709551616");
    assert_eq!(refused(&large), Some(PhraseError::NoSuchAnchor));
    let largest = RecoveryPhrase::parse(&with(0, "18446744073709551615")).unwrap();
    assert_eq!(largest.anchor(), AnchorNumber::new(u64::MAX));
}

#[test]
fn where_the_anchor_is_known_the_number_may_be_missing_but_not_another_one() {
    let (_, words) = PHRASE.split_once(' ').unwrap();
    for text in [PHRASE, words] {
        let read = RecoveryPhrase::parse_for(ANCHOR, text).unwrap();
        assert_eq!((read.anchor(), read.key()), (ANCHOR, phrase().key()));
    }
    let expected = AnchorNumber::new(10_002);
    let refused = RecoveryPhrase::parse_for(expected, PHRASE).err();
    let found = ANCHOR;
    assert_eq!(refused, Some(PhraseError::OtherAnchor { expected, found }));
}

#[test]
fn a_phrase_has_24_words() {
    let short = PHRASE.trim_end_matches(" almost");
    let long = format!("{PHRASE} almost");
    // Twelve words with the right checksum: a phrase of BIP-39, but not one of ours.
    let half = format!("10001 {}about", "abandon ".repeat(11));
    for (text, found) in [(short, 23), (&long, 25), (&half, 12), ("10001", 0)] {
        let refused = RecoveryPhrase::parse(text).err();
        assert_eq!(refused, Some(PhraseError::WordCount { found }));
    }
}

#[test]
fn a_wrong_word_is_named_with_its_place() {
    for (position, word) in [(1, "thrust"), (13, "10002"), (24, "almost.")] {
        let refused = RecoveryPhrase::parse(&with(position, word)).err();
        let word = word.to_owned();
        assert_eq!(refused, Some(PhraseError::UnknownWord { position, word }));
    }
    // Four letters tell words apart, but only whole words count.
    let refused = RecoveryPhrase::parse(&with(1, "trus")).unwrap_err();
    let expected = "word 1, `trus`, is not a word of recovery phrases";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn words_that_do_not_belong_together_are_refused() {
    let swapped = PHRASE.replace("dad oak", "oak dad");
    for text in [with(3, "tree"), swapped] {
        let refused = RecoveryPhrase::parse(&text).err();
        assert_eq!(refused, Some(PhraseError::Checksum));
    }
}

#[test]
fn the_device_is_a_recovery_phrase() {
    let phrase = phrase();
    let device = phrase.device(DeviceProtection::Protected);
    assert_eq!(device.pubkey, phrase.key());
    assert_eq!(device.purpose, Purpose::Recovery);
    assert_eq!(device.key_type, KeyType::SeedPhrase);
    assert_eq!(device.protection, DeviceProtection::Protected);
    assert_eq!(device.credential_id, None);
}

#[test]
fn debugging_shows_no_words() {
    let phrase = phrase();
    let shown = format!("{phrase:?} {:?}", phrase.identity());
    let words = PHRASE.split(' ').skip(1);
    // `dad` is also a hexadecimal number.
    for word in words.filter(|word| word.len() > 3) {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
    assert!(shown.contains("10001"), "{shown}");
}
