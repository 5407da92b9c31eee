use icrc_ledger_types::icrc::generic_value::ICRC3Value;
use icrc_ledger_types::icrc::generic_value::ICRC3Value::{Blob, Nat, Text};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::Block;
use crate::strategies::{self, add, lost, plain_device, register, remove, replace, update};

/// The hash of the block by the ledger suite's published implementation of ICRC-3.
fn published_hash(block: &Block) -> BlockHash {
    let mut map = vec![
        ("btype", Text(block.btype.name().to_owned())),
        ("ts", Nat(block.ts.get().into())),
        ("tx", Blob(block.tx.as_slice().to_vec().into())),
    ];
    map.extend(
        block
            .phash
            .map(|hash| ("phash", Blob(hash.as_bytes().to_vec().into()))),
    );
    let map = map
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    BlockHash::new(ICRC3Value::Map(map.collect()).hash())
}

#[test]
fn constants_are_the_hashes_of_the_names_and_sorted() {
    let hash = |name: &str| <[u8; 32]>::from(Sha256::digest(name));
    let btype = hash("btype");
    let names = [("tx", TX), ("ts", TS), ("phash", PHASH)];
    for (name, constant) in names {
        assert_eq!(constant, hash(name), "{name}");
        assert!(btype < constant, "{name}");
    }
    assert!(names.is_sorted_by_key(|(_, hash)| hash));
    for kind in BlockType::ALL {
        // What the pairs' hash of any block of this type begins with.
        let first = [btype, hash(kind.name())];
        let continued = continued(after_type(kind), 1, &[b"the rest"]);
        let whole = sha256(&[&first[0], &first[1], b"the rest"]);
        assert_eq!(continued, whole, "{kind:?}");
    }
}

/// Known answers. Derivation with nothing but `printf`, `xxd` and `sha256sum`, for the first:
///
/// ```text
/// tx    = 01 83 00 41 04 82 00 81 87 41 07 f6 01 00 01 f6 80
/// pairs = sha256("btype") sha256("anchorage_register")
///         sha256("tx")    sha256(tx)
///         sha256("ts")    sha256(e8 07)             1000 in LEB128
/// hash  = sha256(pairs)
/// ```
///
/// The second has `sha256("phash") sha256(first hash)` behind the other pairs.
#[test]
fn known_answers() {
    let first = Block::new(None, TimestampNs::new(1_000), &register(0, 7));
    assert_eq!(first.hash().to_string(), FIRST);
    assert_eq!(published_hash(&first).to_string(), FIRST);

    let second = Block::new(
        Some(first.hash()),
        TimestampNs::new(1_700_000_000_000_000_000),
        &add(0, 8),
    );
    assert_eq!(second.hash().to_string(), SECOND);
    assert_eq!(published_hash(&second).to_string(), SECOND);
}

/// Derived like those above from the bytes in `tx::tests`.
#[test]
fn later_block_types_keep_their_hashes() {
    let expected = [
        (update(0, plain_device(7)), UPDATE_HASH),
        (replace(0, 7, 8), REPLACE_HASH),
        (remove(0, 8), REMOVE_HASH),
        (lost(0, 8, 9), LOST_HASH),
    ];
    for (tx, hash) in expected {
        let block = Block::new(None, TimestampNs::new(1_000), &tx);
        assert_eq!(published_hash(&block).to_string(), hash);
        assert_eq!(block.hash().to_string(), hash);
    }
}

const UPDATE_HASH: &str = "8dbdc81ad54f0efc1fbf76ac657aa0dbd6064f057270c4912720433afc6bfdeb";
const REPLACE_HASH: &str = "bd5d08030e04c80bc23e32cfe0adf1e6d9139a706135a635deac9b98cf4e5637";
const REMOVE_HASH: &str = "7fc94194bc3d3f6983d61af33f9b6a04e87cc6e51aa9037f9c92fc7af160daad";
const LOST_HASH: &str = "53eb11ac5c1d2ffc26ff13c9a7d1226a8afaaaa21c2e6b50824d3300d14d89ec";
const FIRST: &str = "a152f0f4c2eaf04e195634f287cb1d71358552dc07b1265a2719046014107bd2";
const SECOND: &str = "958858656ef832df348d1f8b9ac7c02391a9f96e74569647c501d8fa30c723e3";

/// Compressions that SHA-256 needs for a message of so many bytes.
fn compressions(bytes: usize) -> usize {
    (bytes + 9).div_ceil(64)
}

#[test]
fn a_passkeys_block_costs_ten_compressions() {
    let mut tx = register(123_456, 0);
    let crate::Operation::Register { device, .. } = &mut tx.operation else {
        unreachable!("made by register");
    };
    // A P-256 key in COSE and DER has 94 bytes, a platform's credential id 32, a principal 29.
    device.pubkey = types::DeviceKey::new([1; 94]);
    device.credential_id = Some(types::CredentialId::new([2; 32]));
    device.origin = Some("https://identity.example.org".to_owned());
    tx.caller = device.pubkey.principal();
    let ts = TimestampNs::new(1_700_000_000_000_000_000);
    let block = Block::new(Some(BlockHash::new([3; 32])), ts, &tx);

    // The first of four is a constant.
    let pairs = 3 * 64;
    let total = compressions(32)
        + compressions(leb128fmt::encode_u64(ts.get()).unwrap().1)
        + compressions(block.tx.as_slice().len())
        + compressions(pairs);
    assert_eq!(total, 10);
}

proptest! {
    #[test]
    fn agrees_with_the_published_implementation(block in strategies::block()) {
        prop_assert_eq!(block.hash(), published_hash(&block));
    }
}
