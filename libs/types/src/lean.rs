//! Candid values written without Candid's library, for answers whose types never change while they are written.
//!
//! Candid is a table of types and then the values, in the order of the fields' hashes, without any further mark. The library
//! walks types and values together, which costs ten times what writing the bytes does. Only the answers that are asked
//! for most, or that are large, are written here; the tests compare each with the library's bytes.
//!
//! Candid specification, "Serialisation" (dfinity/candid, `spec/Candid.md`): a record is its fields in the order of
//! their hashes, a variant is the place of its tag in that order, lengths and places are LEB128, `opt` is one byte.

use crate::{DeviceData, DeviceProtection, KeyType, Metadata, MetadataValue, Principal, Purpose};

pub mod answers;
mod arguments;
pub mod reader;

#[cfg(test)]
mod tests;

/// A value that knows its bytes.
pub trait Lean {
    /// Appends the value's bytes.
    fn write(&self, to: &mut Vec<u8>);
}

/// The types of an answer: what Candid's library writes before the values. `of` an answer whose values are `empty` bytes long
/// when nothing is in it.
///
/// # Panics
/// If `of` cannot be encoded.
pub fn types_of(of: &impl candid::CandidType, empty: usize) -> Vec<u8> {
    let mut bytes = candid::encode_one(of).expect("plain data, which Candid can encode");
    bytes.truncate(bytes.len() - empty);
    bytes
}

/// `vec DeviceData` as the only value of an answer.
pub fn devices(devices: &[DeviceData]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(DEVICES.len() + 1 + 300 * devices.len());
    bytes.extend_from_slice(DEVICES);
    length(devices.len(), &mut bytes);
    for device in devices {
        device.write(&mut bytes);
    }
    bytes
}

/// The types of `vec DeviceData` (a test compares them with the library's).
const DEVICES: &[u8] = b"\
    DIDL\x0cm\x01l\t\x90\xa3\xc5\x8c\x02q\xef\xce\xe7\x80\x04\x02\xe6\xb3\x84\xd8\x04\x07\x99\xd8\x88\
    \xa3\x06\x08\x82\xf6\xca\xb7\x06\x06\x9a\x89\xd9\x8a\x0b\t\xe9\xc4\xa9\xb7\x0e\n\x9e\xa3\xbf\xb9\x0e\
    \x0b\x83\xd1\xb9\xb9\x0f\nn\x03m\x04l\x02\x00q\x01\x05k\x03\x9c\x95\xcc\x02\x03\xd1\xd1\xc0\x89\x01q\
    \xeb\x90\xe0\xec\x0b\x06m{nqk\x02\xb5\xeb\xc2\xd1\x01\x7f\xae\xde\xa8\xa4\t\x7fk\x05\xb3\xe5\xe6\xbf\
    \x06\x7f\xc7\xb8\xfa\xaf\x0b\x7f\x92\xb5\xb5\xfd\x0c\x7f\x8a\xc7\xec\x8b\x0e\x7f\x84\xda\xbb\xdc\x0f\
    \x7fn\x06k\x02\xf8\xa2\xd3\x01\x7f\xd5\xfa\xa7\xec\n\x7f\x01\x00\
";

/// Appends a length in LEB128.
pub fn length(length: usize, to: &mut Vec<u8>) {
    let mut rest = length;
    while rest > 0x7f {
        to.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    to.push(rest.to_le_bytes()[0]);
}

/// Appends a blob or a text.
pub fn blob(bytes: impl AsRef<[u8]>, to: &mut Vec<u8>) {
    let bytes = bytes.as_ref();
    length(bytes.len(), to);
    to.extend_from_slice(bytes);
}

/// Appends an optional value.
pub fn opt<T>(value: Option<T>, to: &mut Vec<u8>, write: impl FnOnce(T, &mut Vec<u8>)) {
    match value {
        None => to.push(0),
        Some(value) => {
            to.push(1);
            write(value, to);
        }
    }
}

impl Lean for Principal {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(1);
        blob(self.as_slice(), to);
    }
}

impl Lean for Purpose {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(match self {
            Self::Authentication => 0,
            Self::Recovery => 1,
        });
    }
}

impl Lean for KeyType {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(match self {
            Self::Platform => 0,
            Self::SeedPhrase => 1,
            Self::CrossPlatform => 2,
            Self::Unknown => 3,
            Self::BrowserStorageKey => 4,
        });
    }
}

impl Lean for DeviceProtection {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(match self {
            Self::Unprotected => 0,
            Self::Protected => 1,
        });
    }
}

impl Lean for Metadata {
    fn write(&self, to: &mut Vec<u8>) {
        let Self(entries) = self;
        length(entries.len(), to);
        for (key, value) in entries {
            blob(key, to);
            match value {
                MetadataValue::Map(map) => {
                    to.push(0);
                    map.write(to);
                }
                MetadataValue::String(text) => {
                    to.push(1);
                    blob(text, to);
                }
                MetadataValue::Bytes(bytes) => {
                    to.push(2);
                    blob(bytes, to);
                }
            }
        }
    }
}

impl Lean for DeviceData {
    fn write(&self, to: &mut Vec<u8>) {
        let Self {
            pubkey,
            alias,
            credential_id,
            aaguid,
            purpose,
            key_type,
            protection,
            origin,
            metadata,
        } = self;
        blob(alias, to);
        opt(metadata.as_ref(), to, Metadata::write);
        opt(origin.as_ref(), to, blob);
        protection.write(to);
        blob(pubkey, to);
        key_type.write(to);
        opt(aaguid.as_ref(), to, blob);
        purpose.write(to);
        opt(credential_id.as_ref(), to, blob);
    }
}
