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

use sha2::{Digest, Sha256};
use types::{BlockHash, TimestampNs};

use crate::{BlockType, TxBytes};

const BTYPE: [u8; 32] =
    from_hex(b"02684ace658915922f8d032df9e423535cc45bbf3dbf8c7fe57a372955144d3f");
const TX: [u8; 32] = from_hex(b"1b5b9ccb3e8d006a5230de9bda23ff91edc794d4f56410560830b418528e446c");
const TS: [u8; 32] = from_hex(b"44ad63f60af0f6db6fdde6d5186ef78176367df261fa06be3079b6c80c8adba4");
const PHASH: [u8; 32] =
    from_hex(b"8864a831a29477212fd689197ef113969b9d63002b35f87fddfb8e13484f4372");

const REGISTER: [u8; 32] =
    from_hex(b"927899acdfc50e0c11efb6f0ccbae6a9ebd8b3d736d6e4a8efea3d7a852d04b9");
const ADD: [u8; 32] = from_hex(b"51fa4557cd929ca92b63be5feefbc1f5f4692b5c482e96d269b070e1c836a4fc");

const fn type_hash(btype: BlockType) -> &'static [u8; 32] {
    match btype {
        BlockType::Register => &REGISTER,
        BlockType::Add => &ADD,
    }
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
        .chain_update(Sha256::digest(Leb128::of(ts.get()).as_slice()));
    if let Some(phash) = phash {
        pairs.update(PHASH);
        pairs.update(Sha256::digest(phash));
    }
    BlockHash::new(pairs.finalize().into())
}

/// A number in LEB128: seven bits a byte, lowest first, the top bit set in all but the last.
struct Leb128 {
    bytes: [u8; 10],
    length: usize,
}

impl Leb128 {
    fn of(mut number: u64) -> Self {
        let mut bytes = [0; 10];
        let mut length = 0;
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            bytes[length] = if number == 0 { low } else { low | 0x80 };
            length += 1;
            if number == 0 {
                return Self { bytes, length };
            }
        }
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Reads a hash at compile time.
const fn from_hex(digits: &[u8; 64]) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        bytes[i] = nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]);
        i += 1;
    }
    bytes
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("not a lower-case hex digit"),
    }
}

#[cfg(test)]
mod tests;
