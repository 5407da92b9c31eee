//! Values that many types are made of.

use super::reader::{Field, Read, ReadError, Reader, Type};
use super::{FUNC, Lean, OPT, RECORD, Table, Typed, VARIANT, VEC, blob, key, length, opt};
use crate::icrc3::{GetBlocksCallback, GetBlocksRequest, GetBlocksResult};
use crate::{Metadata, MetadataValue, Principal};
use candid::{Int, Nat};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

/// Types with a code of their own.
macro_rules! primitives {
    ($($name:ty = $code:literal)+) => {$(
        impl Typed for $name {
            const KEY: u64 = $code;

            fn place(_: &mut Table) -> u8 {
                $code
            }
        }
    )+};
}

primitives! {
    () = 0x7f
    bool = 0x7e
    Nat = 0x7d
    Int = 0x7c
    u8 = 0x7b
    u16 = 0x7a
    u32 = 0x79
    u64 = 0x78
    String = 0x71
    Principal = 0x68
}

impl Lean for () {
    fn write(&self, _: &mut Vec<u8>) {}
}

impl Read for () {
    fn read(_: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        of.is(Type::NULL, "null")
    }
}

impl Lean for bool {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }
}

impl Read for bool {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        of.is(Type::BOOL, "bool")?;
        from.flag()
    }
}

// Not by the library's `encode` and `decode`: their errors can show a backtrace, and what prints one is 30 kB of Wasm.

impl Lean for Nat {
    fn write(&self, to: &mut Vec<u8>) {
        leb128(&self.0.to_bytes_le(), false, to);
    }
}

impl Read for Nat {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        of.is(Type::NAT, "nat")?;
        let digits = from.leb128()?;
        // 128 bits: 18 times 7, and 2.
        if digits.len() > 19 || digits.get(18).is_some_and(|last| *last > 3) {
            return Err(ReadError::LARGE_NUMBER);
        }
        let number = digits.iter().rev().fold(0_u128, |number, digit| {
            number << 7 | u128::from(digit & 0x7f)
        });
        Ok(Self::from(number))
    }
}

impl Lean for Int {
    fn write(&self, to: &mut Vec<u8>) {
        leb128(&self.0.to_signed_bytes_le(), true, to);
    }
}

/// Appends a number of any size: 7 bits of it in each byte, the lowest ones first, and no byte more than it needs.
fn leb128(bytes: &[u8], is_signed: bool, to: &mut Vec<u8>) {
    let is_negative = is_signed && bytes.last().is_some_and(|last| last & 0x80 > 0);
    let sign = if is_negative { 0xff } else { 0 };
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(sign);
    let start = to.len();
    for bit in (0..8 * bytes.len()).step_by(7) {
        let bits = u16::from_le_bytes([byte(bit / 8), byte(bit / 8 + 1)]) >> (bit % 8);
        to.push(bits.to_le_bytes()[0] | 0x80);
    }
    // A digit that the sign says anyway.
    while let [.., before, last] = to[start..]
        && last == sign | 0x80
        && (!is_signed || before & 0x40 == sign & 0x40)
    {
        to.pop();
    }
    if let Some(last) = to[start..].last_mut() {
        *last &= 0x7f;
    }
}

impl Lean for u8 {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(*self);
    }

    fn write_all(values: &[Self], to: &mut Vec<u8>) {
        to.extend_from_slice(values);
    }
}

impl Read for u8 {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        of.is(Type::NAT8, "nat8")?;
        Ok(u8::from_le_bytes(from.array()?))
    }

    fn read_all(from: &mut Reader<'_>, of: Type, count: u32) -> Result<Vec<Self>, ReadError> {
        of.is(Type::NAT8, "blob")?;
        from.bytes(count).map(<[u8]>::to_vec)
    }
}

macro_rules! numbers {
    ($($name:ident = $code:ident, $words:literal)+) => {$(
        impl Lean for $name {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
        }

        impl Read for $name {
            fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
                of.is(Type::$code, $words)?;
                Ok(Self::from_le_bytes(from.array()?))
            }
        }
    )+};
}

numbers! {
    u16 = NAT16, "nat16"
    u32 = NAT32, "nat32"
    u64 = NAT64, "nat64"
}

impl Lean for String {
    fn write(&self, to: &mut Vec<u8>) {
        blob(self, to);
    }
}

impl Read for String {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        of.is(Type::TEXT, "text")?;
        from.text().map(str::to_owned)
    }
}

impl Lean for Principal {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(1);
        blob(self.as_slice(), to);
    }
}

impl Read for Principal {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        of.is(Type::PRINCIPAL, "principal")?;
        let bytes = from.principal()?;
        Self::try_from_slice(bytes).map_err(|_| ReadError::Invalid("not a principal"))
    }
}

impl Typed for ByteBuf {
    const KEY: u64 = <Vec<u8>>::KEY;

    fn place(table: &mut Table) -> u8 {
        <Vec<u8>>::place(table)
    }
}

impl Lean for ByteBuf {
    fn write(&self, to: &mut Vec<u8>) {
        blob(self, to);
    }
}

impl Read for ByteBuf {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        <Vec<u8>>::read(from, of).map(Self::from)
    }
}

impl<T: Typed> Typed for Vec<T> {
    const KEY: u64 = key(VEC, &[], &[T::KEY]);

    fn place(table: &mut Table) -> u8 {
        table.one(Self::KEY, VEC, T::place)
    }
}

impl<T: Lean> Lean for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        length(self.len(), to);
        T::write_all(self, to);
    }
}

impl<T: Typed> Typed for &[T] {
    const KEY: u64 = <Vec<T>>::KEY;

    fn place(table: &mut Table) -> u8 {
        <Vec<T>>::place(table)
    }
}

impl<T: Lean> Lean for &[T] {
    fn write(&self, to: &mut Vec<u8>) {
        length(self.len(), to);
        T::write_all(self, to);
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        let (of, count) = from.list(of)?;
        T::read_all(from, of, count)
    }
}

impl<T: Typed> Typed for Option<T> {
    const KEY: u64 = key(OPT, &[], &[T::KEY]);

    fn place(table: &mut Table) -> u8 {
        table.one(Self::KEY, OPT, T::place)
    }
}

impl<T: Lean> Lean for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        opt(self.as_ref(), to, T::write);
    }
}

impl<T: Read> Read for Option<T> {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        from.opt(of)
    }

    fn left_out() -> Option<Self> {
        Some(None)
    }
}

impl<T: Typed, E: Typed> Typed for Result<T, E> {
    const KEY: u64 = key(VARIANT, &RESULT, &[T::KEY, E::KEY]);

    fn place(table: &mut Table) -> u8 {
        table.fields(Self::KEY, VARIANT, &RESULT, &[T::place, E::place])
    }
}

/// The hashes of `Ok` and `Err`.
const RESULT: [u32; 2] = [super::reader::hash("Ok"), super::reader::hash("Err")];

impl<T: Lean, E: Lean> Lean for Result<T, E> {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Ok(value) => {
                to.push(0);
                value.write(to);
            }
            Err(error) => {
                to.push(1);
                error.write(to);
            }
        }
    }
}

impl<T: Read, E: Read> Read for Result<T, E> {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        let tag = from.variant(of)?;
        match tag.id {
            id if id == RESULT[0] => from.value(tag.of).map(Ok),
            id if id == RESULT[1] => from.value(tag.of).map(Err),
            _ => Err(ReadError::UnknownTag),
        }
    }
}

impl<A: Typed, B: Typed> Typed for (A, B) {
    const KEY: u64 = key(RECORD, &[0, 1], &[A::KEY, B::KEY]);

    fn place(table: &mut Table) -> u8 {
        table.fields(Self::KEY, RECORD, &[0, 1], &[A::place, B::place])
    }
}

impl<A: Lean, B: Lean> Lean for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }
}

impl<A: Read, B: Read> Read for (A, B) {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        // The library, too, reads no pair that has a value more.
        match *from.record(of)? {
            [Field { id: 0, of: first }, Field { id: 1, of: second }] => {
                Ok((from.value(first)?, from.value(second)?))
            }
            _ => Err(ReadError::OtherType("a pair")),
        }
    }
}

// Types that hold themselves have a name for a key.

impl Typed for Metadata {
    const KEY: u64 = key(VEC, &[super::reader::hash("Metadata")], &[]);

    fn place(table: &mut Table) -> u8 {
        table.one(Self::KEY, VEC, <(String, MetadataValue)>::place)
    }
}

impl Lean for Metadata {
    fn write(&self, to: &mut Vec<u8>) {
        let Self(entries) = self;
        length(entries.len(), to);
        for (key, value) in entries {
            key.write(to);
            value.write(to);
        }
    }
}

impl Read for Metadata {
    fn read(from: &mut Reader<'_>, of: Type) -> Result<Self, ReadError> {
        map(from, of, Self::MAX_DEPTH)
    }
}

/// Metadata with more maps inside of each other than are stored.
pub(super) const TOO_DEEP: ReadError = ReadError::Invalid("maps that are too deep in each other");

/// An empty map of something else than metadata.
pub(super) const EMPTY_OF_OTHERS: ReadError =
    ReadError::Invalid("an empty map of something else than metadata");

fn map(from: &mut Reader<'_>, of: Type, depth: usize) -> Result<Metadata, ReadError> {
    const NOT_PAIRS: ReadError = ReadError::OtherType("a list of pairs");
    let deeper = depth.checked_sub(1).ok_or(TOO_DEEP)?;
    let (entry, count) = from.list(of)?;
    let [Field { id: 0, of: key }, Field { id: 1, of: value }] = *from.record(entry)? else {
        return Err(NOT_PAIRS);
    };
    // Otherwise one of its pairs would tell. By the library's rules some of these maps are empty and others absent.
    if count == 0 && !(key == Type::TEXT && from.is_variant(value)) {
        return Err(EMPTY_OF_OTHERS);
    }
    let mut entries = BTreeMap::new();
    for _ in 0..count {
        entries.insert(from.value(key)?, metadata_value(from, value, deeper)?);
    }
    Ok(Metadata(entries))
}

fn metadata_value(
    from: &mut Reader<'_>,
    of: Type,
    deeper: usize,
) -> Result<MetadataValue, ReadError> {
    const MAP: u32 = super::reader::hash("map");
    const STRING: u32 = super::reader::hash("string");
    const BYTES: u32 = super::reader::hash("bytes");
    let tag = from.variant(of)?;
    match tag.id {
        MAP => map(from, tag.of, deeper).map(MetadataValue::Map),
        STRING => from.value(tag.of).map(MetadataValue::String),
        BYTES => from.value(tag.of).map(MetadataValue::Bytes),
        _ => Err(ReadError::UnknownTag),
    }
}

impl Typed for GetBlocksCallback {
    const KEY: u64 = key(FUNC, &[super::reader::hash("GetBlocksCallback")], &[]);

    fn place(table: &mut Table) -> u8 {
        table.query(
            Self::KEY,
            <Vec<GetBlocksRequest>>::place,
            GetBlocksResult::place,
        )
    }
}

impl Lean for GetBlocksCallback {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(1);
        self.0.principal.write(to);
        self.0.method.write(to);
    }
}
