//! How types of other crates travel in our CBOR.

/// A principal as a CBOR byte string; for `#[cbor(with = "types::codec::principal")]`.
pub mod principal {
    use candid::Principal;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self as enc, Encoder, Write};

    /// Writes the principal's bytes.
    pub fn encode<C, W: Write>(
        principal: &Principal,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), enc::Error<W::Error>> {
        e.bytes(principal.as_slice())?.ok()
    }

    /// Reads a principal: a byte string of at most 29 bytes.
    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Principal, Error> {
        Principal::try_from_slice(d.bytes()?).map_err(|_| Error::message("not a principal"))
    }
}

/// A principal or nothing (CBOR null, left out at the end of an array); for
/// `#[cbor(with = "types::codec::opt_principal", has_nil)]`.
pub mod opt_principal {
    use candid::Principal;
    use minicbor::data::Type;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self as enc, Encoder, Write};

    /// Writes the principal's bytes or null.
    pub fn encode<C, W: Write>(
        principal: &Option<Principal>,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), enc::Error<W::Error>> {
        match principal {
            Some(principal) => super::principal::encode(principal, e, c),
            None => e.null()?.ok(),
        }
    }

    /// Reads a principal or null.
    pub fn decode<C>(d: &mut Decoder<'_>, c: &mut C) -> Result<Option<Principal>, Error> {
        if d.datatype()? == Type::Null {
            d.null()?;
            return Ok(None);
        }
        super::principal::decode(d, c).map(Some)
    }

    /// What a missing field means: no principal.
    pub const fn nil() -> Option<Option<Principal>> {
        Some(None)
    }

    /// Whether the field may be left out.
    pub const fn is_nil(principal: &Option<Principal>) -> bool {
        principal.is_none()
    }
}
