//! SHA-256 of a message that lies there in parts.
//!
//! The compression function is the published crate's. Its streaming interface, made for messages that come bit by bit,
//! takes 1,000 to 2,000 instructions for each message beside the compressions, and the messages here have one or two blocks
//! (4,834 instructions each); putting parts into blocks directly takes some 300.

use sha2::compress256;
use sha2::digest::consts::U64;
use sha2::digest::generic_array::GenericArray;

#[cfg(test)]
mod tests;

const BLOCK_BYTES: usize = 64;
/// Where in the last block the message's length stands.
const LENGTH_AT: usize = 56;

/// Where SHA-256 begins (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The hash of these parts, one behind the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    continued(INITIAL, 0, parts)
}

/// The hash of a message whose first `blocks` blocks lead to `state`, with the rest of it.
pub(crate) fn continued(mut state: [u32; 8], blocks: usize, rest: &[&[u8]]) -> [u8; 32] {
    let mut block = GenericArray::<u8, U64>::default();
    let mut length = blocks * BLOCK_BYTES;
    for part in rest {
        let mut part = *part;
        loop {
            let filled = length % BLOCK_BYTES;
            let room = BLOCK_BYTES - filled;
            if part.len() < room {
                block[filled..][..part.len()].copy_from_slice(part);
                length += part.len();
                break;
            }
            let (head, tail) = part.split_at(room);
            block[filled..].copy_from_slice(head);
            compress256(&mut state, &[block]);
            length += room;
            part = tail;
        }
    }
    // A bit, zeros, and the length in bits at the end of a block.
    let filled = length % BLOCK_BYTES;
    block[filled] = 0x80;
    block[filled + 1..].fill(0);
    if filled >= LENGTH_AT {
        compress256(&mut state, &[block]);
        block.fill(0);
    }
    block[LENGTH_AT..].copy_from_slice(&(8 * length as u64).to_be_bytes());
    compress256(&mut state, &[block]);
    let mut hash = [0; 32];
    for (place, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    hash
}
