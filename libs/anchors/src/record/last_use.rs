//! The time of a device's last use: always nine bytes, so that noting a use replaces bytes and moves none.
//!
//! CBOR's integer of 64 bits; 0 stands for never. Records of earlier modules have `null` for never, which is read too.

use minicbor::data::Type;
use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use types::TimestampNs;

/// CBOR's first byte of an integer that has 64 bits.
const LONG: u8 = 0x1b;

/// The nine bytes.
pub(crate) fn in_bytes(time: Option<TimestampNs>) -> [u8; 9] {
    let mut bytes = [LONG; 9];
    let time = time.map_or(0, TimestampNs::get);
    bytes[1..].copy_from_slice(&time.to_be_bytes());
    bytes
}

/// What [`in_bytes`], or an earlier module, wrote.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Option<TimestampNs>, decode::Error> {
    decode(&mut Decoder::new(bytes), &mut ())
}

/// Writes the nine bytes.
#[expect(clippy::ref_option, reason = "the form that minicbor calls")]
pub(crate) fn encode<C, W: Write>(
    time: &Option<TimestampNs>,
    e: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), encode::Error<W::Error>> {
    let bytes = in_bytes(*time);
    e.writer_mut()
        .write_all(&bytes)
        .map_err(encode::Error::write)
}

/// Reads them, or what earlier modules wrote.
pub(crate) fn decode<C>(
    d: &mut Decoder<'_>,
    _: &mut C,
) -> Result<Option<TimestampNs>, decode::Error> {
    if d.datatype()? == Type::Null {
        d.null()?;
        return Ok(None);
    }
    let time = d.u64()?;
    Ok((time != 0).then(|| TimestampNs::new(time)))
}
