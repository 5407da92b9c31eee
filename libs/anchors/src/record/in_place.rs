//! Finding a device in a record's bytes without decoding the record.

use super::{CorruptRecord, VERSION};
use minicbor::Decoder;
use minicbor::decode::Error;
use std::ops::Range;

/// A device in a record's bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Found<'b> {
    /// Its public key.
    pub(crate) key: &'b [u8],
    /// Which bytes of the record are the time of its last use.
    pub(crate) last_use: Range<usize>,
}

/// The device whose key has this hash, if the record has one.
pub(crate) fn find<'b>(
    bytes: &'b [u8],
    key_hash: &[u8; 28],
) -> Result<Option<Found<'b>>, CorruptRecord> {
    match bytes.split_first() {
        Some((&VERSION, record)) => Ok(search(record, key_hash)?),
        other => Err(CorruptRecord::Version {
            found: other.map(|(version, _)| *version),
        }),
    }
}

/// See [`super::AnchorRecord`] and [`super::DeviceRecord`] for the places.
fn search<'b>(record: &'b [u8], key_hash: &[u8; 28]) -> Result<Option<Found<'b>>, Error> {
    let indefinite = || Error::message("array of indefinite length");
    let mut decoder = Decoder::new(record);
    decoder.array()?.ok_or_else(indefinite)?;
    decoder.skip()?;
    let devices = decoder.array()?.ok_or_else(indefinite)?;
    for _ in 0..devices {
        let fields = decoder.array()?.ok_or_else(indefinite)?;
        let is_it = decoder.bytes()? == key_hash;
        let start = decoder.position();
        decoder.skip()?;
        // The version comes before the record.
        let last_use = start + 1..decoder.position() + 1;
        if is_it {
            decoder.array()?.ok_or_else(indefinite)?;
            let key = decoder.bytes()?;
            return Ok(Some(Found { key, last_use }));
        }
        for _ in 2..fields {
            decoder.skip()?;
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
