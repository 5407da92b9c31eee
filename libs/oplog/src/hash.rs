//! The representation-independent hash of a block.
//!
//! For a map it is the SHA-256 of the pairs (hash of the key, hash of the value), sorted by their
//! bytes and put one behind the other (ICRC-3, and the Internet Computer's interface
//! specification, "Representation-independent hashing of structured data"). Since the four key
//! hashes differ in their first byte, the order of the pairs never depends on the values:
//! btype, tx, ts, phash.
//!
//! Compressions of SHA-256, with n bytes of transaction: 1 for the parent hash, 1 for the time,
//! ceil((n + 9) / 64) for the transaction, 4 for the pairs: the first pair fills a block and is a constant, as the names
//! are. Ten for 183 to 246 bytes, which is what a passkey's operation takes.

use hex_literal::hex;
use types::{BlockHash, TimestampNs};

use crate::sha256::{continued, sha256};
use crate::{BlockType, TxBytes};

const TX: [u8; 32] = hex!("1b5b9ccb3e8d006a5230de9bda23ff91edc794d4f56410560830b418528e446c");
const TS: [u8; 32] = hex!("44ad63f60af0f6db6fdde6d5186ef78176367df261fa06be3079b6c80c8adba4");
const PHASH: [u8; 32] = hex!("8864a831a29477212fd689197ef113969b9d63002b35f87fddfb8e13484f4372");

/// The state of SHA-256 after the first pair, of `btype` and the hash of the type's name: 64 bytes, which are one block.
const fn after_type(btype: BlockType) -> [u32; 8] {
    match btype {
        BlockType::Register => [
            0xe1c0_62a9,
            0x7b5b_b1f4,
            0x5305_bd8d,
            0x70fe_4f80,
            0xd65f_9675,
            0x540c_badd,
            0x8e20_014d,
            0x5ede_d700,
        ],
        BlockType::Add => [
            0x724a_d6b0,
            0x595f_61b5,
            0x60c4_bd79,
            0x0c44_376f,
            0xb831_efa0,
            0x755b_6587,
            0x0852_7fd7,
            0xa45d_fa84,
        ],
        BlockType::Update => [
            0x5bcc_72af,
            0x5d6f_6505,
            0x15b8_f6b3,
            0xf5c7_a8b0,
            0x6511_ab97,
            0x7128_618d,
            0xabfe_4ba4,
            0xedc2_7cef,
        ],
        BlockType::Replace => [
            0x4838_d92f,
            0xfb4c_4994,
            0x8bb9_e516,
            0xf009_b958,
            0x3c5b_b5a2,
            0x2cd7_9b82,
            0xcc49_6d82,
            0x03ba_4b31,
        ],
        BlockType::Remove => [
            0x5746_7969,
            0xc587_49b5,
            0x6105_0eb3,
            0xc7f9_911a,
            0xa9e6_60a3,
            0xac70_0528,
            0x3e41_457e,
            0x1dc2_0b7d,
        ],
        BlockType::Lost => [
            0x3190_8fbe,
            0xd5c2_b8e4,
            0x7442_8c76,
            0x6d65_504d,
            0x2959_dfd7,
            0x7ccc_7760,
            0x13b4_16f5,
            0xe75e_27e3,
        ],
    }
}

/// A natural number is hashed in LEB128.
fn nat_hash(number: u64) -> [u8; 32] {
    let Some((bytes, length)) = leb128fmt::encode_u64(number) else {
        unreachable!("64 bits always fit");
    };
    sha256(&[&bytes[..length]])
}

pub(crate) fn block_hash(
    btype: BlockType,
    phash: Option<&BlockHash>,
    ts: TimestampNs,
    tx: &TxBytes,
) -> BlockHash {
    let tx = sha256(&[tx.as_slice()]);
    let ts = nat_hash(ts.get());
    let parent = phash.map(|phash| sha256(&[phash.as_bytes()]));
    let pairs: [&[u8]; 6] = match &parent {
        Some(parent) => [&TX, &tx, &TS, &ts, &PHASH, parent],
        None => [&TX, &tx, &TS, &ts, &[], &[]],
    };
    BlockHash::new(continued(after_type(btype), 1, &pairs))
}

#[cfg(test)]
mod tests;
