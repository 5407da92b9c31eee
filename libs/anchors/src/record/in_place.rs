//! Finding a device in a record's bytes without decoding the record.

use super::{CorruptRecord, VERSION};
use crate::day::Day;
use minicbor::Decoder;
use minicbor::data::Type;
use minicbor::decode::Error;
use std::ops::Range;
use types::{KeyType, Purpose};

/// A device in a record's bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Found<'b> {
    /// Its public key.
    pub(crate) key: &'b [u8],
    /// Which bytes of the record are the time of its last use.
    pub(crate) last_use: Range<usize>,
    ahead: Ahead,
}

/// What follows a device's key.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Ahead {
    /// Where it begins.
    position: usize,
    /// Fields of the device's data, of the device and of the record, those that were read included.
    fields: [u64; 3],
    /// Devices after this one.
    devices: u64,
}

/// What stands behind a device's key, as far as its use is concerned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Rest {
    /// What the device is for.
    pub(crate) purpose: Purpose,
    /// Kind of its key.
    pub(crate) key_type: KeyType,
    /// Whether it is a passkey.
    pub(crate) has_credential_id: bool,
    /// The last day on which the anchor was in use.
    pub(crate) last_active: Day,
    /// Which bytes of the record say so.
    pub(crate) last_active_at: Range<usize>,
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

/// Reads on behind the device that was found in `bytes`. `None` if they do not say when the anchor was in use.
pub(crate) fn rest(bytes: &[u8], found: &Found<'_>) -> Result<Option<Rest>, CorruptRecord> {
    let Ahead {
        position,
        fields: [of_data, of_device, of_record],
        devices,
    } = found.ahead;
    let mut decoder = Decoder::new(bytes);
    decoder.set_position(position);
    decoder.skip()?;
    let has_credential_id = decoder.datatype()? != Type::Null;
    decoder.skip()?;
    decoder.skip()?;
    let (purpose, key_type) = (decoder.decode()?, decoder.decode()?);
    skip(&mut decoder, 6..of_data)?;
    skip(&mut decoder, 3..of_device)?;
    skip(&mut decoder, 0..devices)?;
    skip(&mut decoder, 2..of_record.min(3))?;
    if of_record <= 3 || decoder.datatype()? == Type::Null {
        return Ok(None);
    }
    let start = decoder.position();
    let last_active = decoder.decode()?;
    Ok(Some(Rest {
        purpose,
        key_type,
        has_credential_id,
        last_active,
        last_active_at: start..decoder.position(),
    }))
}

/// See [`super::AnchorRecord`] and [`super::DeviceRecord`] for the places.
fn search<'b>(record: &'b [u8], key_hash: &[u8; 28]) -> Result<Option<Found<'b>>, Error> {
    let mut decoder = Decoder::new(record);
    let of_record = fields(&mut decoder)?;
    decoder.skip()?;
    let devices = fields(&mut decoder)?;
    for number in 1..=devices {
        let of_device = fields(&mut decoder)?;
        let is_it = decoder.bytes()? == key_hash;
        let start = decoder.position();
        decoder.skip()?;
        // The version comes before the record.
        let last_use = start + 1..decoder.position() + 1;
        if is_it {
            let of_data = fields(&mut decoder)?;
            let key = decoder.bytes()?;
            let ahead = Ahead {
                position: decoder.position() + 1,
                fields: [of_data, of_device, of_record],
                devices: devices - number,
            };
            return Ok(Some(Found {
                key,
                last_use,
                ahead,
            }));
        }
        skip(&mut decoder, 2..of_device)?;
    }
    Ok(None)
}

/// How many fields, or devices, an array has.
fn fields(decoder: &mut Decoder<'_>) -> Result<u64, Error> {
    let length = decoder.array()?;
    length.ok_or_else(|| Error::message("array of indefinite length"))
}

fn skip(decoder: &mut Decoder<'_>, fields: Range<u64>) -> Result<(), Error> {
    for _ in fields {
        decoder.skip()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
