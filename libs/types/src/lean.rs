//! Candid without its library, for canisters: types and values written here, read in [`reader`].
//!
//! The library walks types and values together, which costs ten times what writing the bytes does, and its code for our types is more
//! than half of a module (docs/decisions/0023-candid-without-its-library.md). Clients, tools and tests use the library; the
//! tests compare each answer with its bytes and each argument with what it reads.
//!
//! Candid specification, "Serialisation" (dfinity/candid, `spec/Candid.md`): a message is a table of types and then the
//! values. A record is its fields in the order of their hashes, a variant is the place of its tag in that order, lengths and
//! places are LEB128, `opt` is one byte.

pub use lean_derive::{Lean, Read};

pub mod answers;
pub mod reader;
mod values;

#[cfg(test)]
mod tests;

/// A value that knows its bytes.
pub trait Lean: Sized {
    /// Appends the value's bytes.
    fn write(&self, to: &mut Vec<u8>);

    /// Appends the bytes of many values.
    fn write_all(values: &[Self], to: &mut Vec<u8>) {
        for value in values {
            value.write(to);
        }
    }
}

/// A type with its place in a message's table.
pub trait Typed {
    /// Stands for the type as Candid sees it: the same number for the same type.
    const KEY: u64;

    /// The type in one byte: a primitive one's code, or the place where the table has it now.
    fn place(table: &mut Table) -> u8;
}

/// The types of a message.
#[derive(Default)]
pub struct Table(Vec<(u64, Vec<u8>)>);

/// The code of `opt` in a table.
pub const OPT: u8 = 0x6e;
/// The code of `vec` in a table.
pub const VEC: u8 = 0x6d;
/// The code of `record` in a table.
pub const RECORD: u8 = 0x6c;
/// The code of `variant` in a table.
pub const VARIANT: u8 = 0x6b;
/// The code of `func` in a table.
const FUNC: u8 = 0x6a;
/// Types in a message: so many have a place of one byte.
const TYPES: usize = 64;

impl Table {
    /// Places `opt` or `vec`.
    pub fn one(&mut self, key: u64, code: u8, of: fn(&mut Self) -> u8) -> u8 {
        self.entry(key, |table, entry| {
            let of = of(table);
            entry.extend([code, of]);
        })
    }

    /// Places `record` or `variant`, with the hashes of its fields or tags in order and what they hold.
    pub fn fields(&mut self, key: u64, code: u8, ids: &[u32], of: &[fn(&mut Self) -> u8]) -> u8 {
        self.entry(key, |table, entry| {
            entry.push(code);
            length(ids.len(), entry);
            for (id, of) in ids.iter().zip(of) {
                let of = of(table);
                number(u64::from(*id), entry);
                entry.push(of);
            }
        })
    }

    /// Places `func` with one argument and one result, a query.
    pub fn query(
        &mut self,
        key: u64,
        argument: fn(&mut Self) -> u8,
        result: fn(&mut Self) -> u8,
    ) -> u8 {
        const QUERY: u8 = 1;
        self.entry(key, |table, entry| {
            let (argument, result) = (argument(table), result(table));
            entry.extend([FUNC, 1, argument, 1, result, 1, QUERY]);
        })
    }

    /// Where the type of this key is; written by `fill` if it is not in the table yet. It has its place before, because it may hold itself.
    fn entry(&mut self, key: u64, fill: impl FnOnce(&mut Self, &mut Vec<u8>)) -> u8 {
        let known = self.0.iter().position(|(known, _)| *known == key);
        let place = known.unwrap_or_else(|| {
            let place = self.0.len();
            self.0.push((key, Vec::new()));
            let mut entry = Vec::new();
            fill(self, &mut entry);
            self.0[place].1 = entry;
            place
        });
        assert!(place < TYPES, "no answer has so many types");
        place.to_le_bytes()[0]
    }
}

/// The key of a composite type: FNV-1a over its code, the hashes of its fields and the keys of what they hold.
pub const fn key(code: u8, ids: &[u32], of: &[u64]) -> u64 {
    let mut key = mixed(0xcbf2_9ce4_8422_2325, code as u64);
    let mut at = 0;
    while at < ids.len() {
        key = mixed(key, ids[at] as u64);
        at += 1;
    }
    let mut at = 0;
    while at < of.len() {
        key = mixed(key, of[at]);
        at += 1;
    }
    key
}

const fn mixed(key: u64, with: u64) -> u64 {
    let (bytes, mut key, mut at) = (with.to_le_bytes(), key, 0);
    while at < bytes.len() {
        key = (key ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    key
}

/// What comes before the value in a message with one of this type.
pub fn types<T: Typed>() -> Vec<u8> {
    let mut table = Table::default();
    let of = T::place(&mut table);
    let mut types = b"DIDL".to_vec();
    length(table.0.len(), &mut types);
    for (_, entry) in &table.0 {
        types.extend_from_slice(entry);
    }
    types.extend([1, of]);
    types
}

/// The value as the only one of a message.
pub fn message<T: Lean + Typed>(value: &T) -> Vec<u8> {
    let mut message = types::<T>();
    value.write(&mut message);
    message
}

/// The answer of the message being executed. For the door, as `encode_with`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the system's macros ask for"
)]
pub fn answer<T: Lean + Typed>(value: T) -> Vec<u8> {
    message(&value)
}

/// A message without values.
pub const NOTHING: &[u8] = b"DIDL\0\0";

/// Appends a length in LEB128.
pub fn length(length: usize, to: &mut Vec<u8>) {
    number(length as u64, to);
}

/// Appends a number in LEB128.
fn number(number: u64, to: &mut Vec<u8>) {
    let mut rest = number;
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

/// `vec DeviceData` as the only value of an answer.
pub fn devices(devices: &[crate::DeviceData]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(DEVICES.len() + 1 + 300 * devices.len());
    bytes.extend_from_slice(DEVICES);
    length(devices.len(), &mut bytes);
    Lean::write_all(devices, &mut bytes);
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
