//! A device's metadata: a map of texts, bytes and maps that the user's clients choose.

use std::collections::BTreeMap;

use candid::CandidType;
use minicbor::data::Type;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use serde::Deserialize;

use crate::lean::Lean;

/// Metadata by key. Kept sorted, so that it is handed back in a stable order.
///
/// Candid: `vec record { text; variant { map; string; bytes } }`. Of several entries with one key
/// the last one stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize)]
pub struct Metadata(pub BTreeMap<String, MetadataValue>);

/// One value of a metadata map.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub enum MetadataValue {
    /// A map inside the map.
    #[serde(rename = "map")]
    Map(Metadata),
    /// A text.
    #[serde(rename = "string")]
    String(String),
    /// Bytes.
    #[serde(rename = "bytes")]
    Bytes(serde_bytes::ByteBuf),
}

impl Metadata {
    /// How many maps may stand inside one another. A reader refuses more, because reading
    /// recurses and a canister's stack is small.
    pub const MAX_DEPTH: usize = 16;

    /// How many maps stand inside one another: 1 for a map without maps.
    pub fn depth(&self) -> usize {
        let inner = self.0.values().map(|value| match value {
            MetadataValue::Map(map) => map.depth(),
            MetadataValue::String(_) | MetadataValue::Bytes(_) => 0,
        });
        1 + inner.max().unwrap_or(0)
    }
}

// CBOR: text, byte string and map as themselves. Written by hand only to bound the recursion.

impl<C> Encode<C> for Metadata {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.map(self.0.len() as u64)?;
        for (key, value) in &self.0 {
            e.str(key)?;
            match value {
                MetadataValue::Map(map) => map.encode(e, c)?,
                MetadataValue::String(text) => e.str(text)?.ok()?,
                MetadataValue::Bytes(bytes) => e.bytes(bytes)?.ok()?,
            }
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Metadata {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        decode_map(d, Self::MAX_DEPTH)
    }
}

fn decode_map(d: &mut Decoder<'_>, depth: usize) -> Result<Metadata, decode::Error> {
    let deeper = depth
        .checked_sub(1)
        .ok_or_else(|| decode::Error::message("metadata too deep"))?;
    let entries = d
        .map()?
        .ok_or_else(|| decode::Error::message("map of indefinite length"))?;
    let mut map = BTreeMap::new();
    for _ in 0..entries {
        let key = d.str()?.to_owned();
        let value = match d.datatype()? {
            Type::Map => MetadataValue::Map(decode_map(d, deeper)?),
            Type::String => MetadataValue::String(d.str()?.to_owned()),
            _ => MetadataValue::Bytes(serde_bytes::ByteBuf::from(d.bytes()?)),
        };
        if map.insert(key, value).is_some() {
            return Err(decode::Error::message("metadata key twice"));
        }
    }
    Ok(Metadata(map))
}

#[cfg(test)]
mod tests;
