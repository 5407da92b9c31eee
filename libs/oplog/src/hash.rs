//! The representation-independent hash of a block.
//!
//! For a map it is the SHA-256 of the pairs (hash of the key, hash of the value), sorted by their
//! bytes and put one behind the other (ICRC-3, and the Internet Computer's interface
//! specification, "Representation-independent hashing of structured data"). Since the four key
//! hashes differ in their first byte, the order of the pairs never depends on the values:
//! btype, tx, ts, phash.
//!
//! Compressions of SHA-256, with n bytes of transaction: 1 for the parent hash, 1 for the time,
//! ceil((n + 9) / 64) for the transaction, 5 for the pairs. The names are constants. Eleven for
//! 183 to 246 bytes, which is what a passkey's operation takes.

use hex_literal::hex;
use sha2::{Digest, Sha256};
use types::{BlockHash, TimestampNs};

use crate::{BlockType, TxBytes};

const BTYPE: [u8; 32] = hex!("02684ace658915922f8d032df9e423535cc45bbf3dbf8c7fe57a372955144d3f");
const TX: [u8; 32] = hex!("1b5b9ccb3e8d006a5230de9bda23ff91edc794d4f56410560830b418528e446c");
const TS: [u8; 32] = hex!("44ad63f60af0f6db6fdde6d5186ef78176367df261fa06be3079b6c80c8adba4");
const PHASH: [u8; 32] = hex!("8864a831a29477212fd689197ef113969b9d63002b35f87fddfb8e13484f4372");

const REGISTER: [u8; 32] = hex!("927899acdfc50e0c11efb6f0ccbae6a9ebd8b3d736d6e4a8efea3d7a852d04b9");
const ADD: [u8; 32] = hex!("51fa4557cd929ca92b63be5feefbc1f5f4692b5c482e96d269b070e1c836a4fc");
const UPDATE: [u8; 32] = hex!("63e45672400ed65f17e1d8291879f8c558ca181a0e3cf811ef5848384befbf62");
const REPLACE: [u8; 32] = hex!("3a12e432452de62671dbaa85a4394dcb9723d5f9fef862878c77c12a9893bdf6");
const REMOVE: [u8; 32] = hex!("0016a00dd129170073884cf2ae626d3674a9b502c0616b4d91190d075abd4fa8");
const LOST: [u8; 32] = hex!("ef7783a04aaae15cf0f9b69dd5bc8207a41481346b127ca1f3662ee67ae6dba4");

const fn type_hash(btype: BlockType) -> &'static [u8; 32] {
    match btype {
        BlockType::Register => &REGISTER,
        BlockType::Add => &ADD,
        BlockType::Update => &UPDATE,
        BlockType::Replace => &REPLACE,
        BlockType::Remove => &REMOVE,
        BlockType::Lost => &LOST,
    }
}

/// A natural number is hashed in LEB128.
fn nat_hash(number: u64) -> [u8; 32] {
    let Some((bytes, length)) = leb128fmt::encode_u64(number) else {
        unreachable!("64 bits always fit");
    };
    Sha256::digest(&bytes[..length]).into()
}

pub(crate) fn block_hash(
    btype: BlockType,
    phash: Option<&BlockHash>,
    ts: TimestampNs,
    tx: &TxBytes,
) -> BlockHash {
    let mut pairs = Sha256::new()
        .chain_update(BTYPE)
        .chain_update(type_hash(btype))
        .chain_update(TX)
        .chain_update(Sha256::digest(tx.as_slice()))
        .chain_update(TS)
        .chain_update(nat_hash(ts.get()));
    if let Some(phash) = phash {
        pairs.update(PHASH);
        pairs.update(Sha256::digest(phash));
    }
    BlockHash::new(pairs.finalize().into())
}

#[cfg(test)]
mod tests;
