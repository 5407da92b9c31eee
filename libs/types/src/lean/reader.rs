//! Candid values read without Candid's library, for arguments of calls and answers of shards.
//!
//! The library spends its instructions on types: a map of them, a counted reference for each, a memory of what it has
//! compared. Here the types of a message become two flat lists, and a value is read beside its type:
//!
//! ```text
//! "DIDL" | types: count, then opt (6e), vec (6d), record (6c) or variant (6b) | arguments: count, a type each | values
//! ```
//!
//! What is read is what the library reads: fields by their hashes, unknown ones and further arguments skipped, missing optional
//! ones `None`, a value where an optional one is expected is that one, and `None` if it has another type. The tests compare
//! the two over messages of strangers.
//!
//! What no argument of ours has is refused: functions and services among the types, more than [`TYPES`] types or
//! [`FIELDS`] fields, numbers of more than 128 bits. Nobody can make the reader work longer than a
//! constant times the message's length: each loop takes a byte, or is counted ([`SKIPPED_VALUES`]).
//! Candid specification, "Serialisation" and "Coercion" (dfinity/candid, `spec/Candid.md`).

use super::TYPES;
use std::str;

#[cfg(test)]
pub(crate) mod strangers;
#[cfg(test)]
mod tests;

/// Fields and tags of all types together.
const FIELDS: usize = 256;
/// Values that are skipped in a message, those inside of others included: what bounds recursion, and lists of values without bytes.
const SKIPPED_VALUES: u32 = 500;
/// Bytes of the values that are skipped in a message.
const SKIPPED_BYTES: usize = 10_000;

/// Why a message is not the one that is expected. Not worth a retry with the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It does not begin as Candid does.
    #[error("no Candid")]
    NotCandid,
    /// It ends in the middle of something.
    #[error("ends too early")]
    TooShort,
    /// It goes on behind the last value.
    #[error("goes on behind the last value")]
    TooLong,
    /// Its types are not written as Candid has them, or are more or other ones than are read here.
    #[error("a table of types that cannot be read")]
    Types,
    /// A value has another type than this.
    #[error("expected {0}")]
    OtherType(&'static str),
    /// A record lacks this field, which is not optional.
    #[error("the field {0} is missing")]
    MissingField(&'static str),
    /// A variant has a tag that nobody knows.
    #[error("a tag of a variant that is not known")]
    UnknownTag,
    /// Fewer arguments than those that are not optional.
    #[error("is missing")]
    MissingArgument,
    /// Too much that nobody asked for.
    #[error("more unknown fields than are skipped")]
    SkippedTooMuch,
    /// A value that its type does not allow.
    #[error("{0}")]
    Invalid(&'static str),
}

impl ReadError {
    /// A length, a tag or a number beyond what is read.
    pub(super) const LARGE_NUMBER: Self = Self::Invalid("a number that is too large or too long");

    /// Whether the value's type is another one, so that for who expects an optional value it is absent.
    const fn is_about_types(self) -> bool {
        matches!(
            self,
            Self::OtherType(_) | Self::MissingField(_) | Self::UnknownTag
        )
    }
}

/// What reading gives.
pub type Reading<T> = Result<T, ReadError>;

/// A type in one byte: a primitive one's code, or the place of another one in the message's list (below 64).
///
/// Both are signed LEB128 in Candid, so one byte is the shortest form of all that fits; longer forms are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type(u8);

impl Type {
    pub(super) const NULL: Self = Self(0x7f);
    pub(super) const BOOL: Self = Self(0x7e);
    pub(super) const NAT: Self = Self(0x7d);
    const INT: Self = Self(0x7c);
    pub(super) const NAT8: Self = Self(0x7b);
    pub(super) const NAT16: Self = Self(0x7a);
    pub(super) const NAT32: Self = Self(0x79);
    pub(super) const NAT64: Self = Self(0x78);
    const INT8: Self = Self(0x77);
    const INT16: Self = Self(0x76);
    const INT32: Self = Self(0x75);
    const INT64: Self = Self(0x74);
    const FLOAT32: Self = Self(0x73);
    const FLOAT64: Self = Self(0x72);
    pub(super) const TEXT: Self = Self(0x71);
    const RESERVED: Self = Self(0x70);
    pub(super) const PRINCIPAL: Self = Self(0x68);

    /// Nothing, if it is the expected type, which has this name.
    pub(super) fn is(self, expected: Self, name: &'static str) -> Reading<()> {
        if self == expected {
            return Ok(());
        }
        Err(ReadError::OtherType(name))
    }
}

/// A type of the message's list.
#[derive(Clone, Copy, Debug)]
enum Composite {
    Opt(Type),
    Vec(Type),
    /// Where its fields stand in the list of all fields.
    Record(Place),
    /// Where its tags stand there.
    Variant(Place),
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    end: usize,
}

/// A field of a record or a tag of a variant.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The hash of its name.
    pub id: u32,
    /// What it holds.
    pub of: Type,
}

/// The types of a message.
struct Types {
    composites: Vec<Composite>,
    fields: Vec<Field>,
    arguments: Vec<Type>,
}

/// A value that can be read.
pub trait Read: Sized {
    /// Reads a value that the sender calls `of`.
    fn read(from: &mut Reader<'_>, of: Type) -> Reading<Self>;

    /// Reads the values of a list. Nobody has checked yet that there are so many.
    fn read_all(from: &mut Reader<'_>, of: Type, count: u32) -> Reading<Vec<Self>> {
        let mut values = Vec::new();
        for _ in 0..count {
            let before = from.bytes.0.len();
            values.push(from.value(of)?);
            if from.bytes.0.len() == before {
                from.count_skipped()?;
            }
        }
        Ok(values)
    }

    /// What it means that the sender left it out, if that is allowed.
    fn left_out() -> Option<Self> {
        None
    }
}

/// All arguments of a call.
pub trait Arguments: Sized {
    /// Reads the arguments that are left.
    fn read(from: &mut Reader<'_>) -> Reading<Self>;
}

macro_rules! tuples {
    ($(($($name:ident)*))+) => {$(
        impl<$($name: Read),*> Arguments for ($($name,)*) {
            fn read(from: &mut Reader<'_>) -> Reading<Self> {
                Ok(($(from.argument::<$name>()?,)*))
            }
        }
    )+};
}

tuples! { (A) (A B) (A B C) (A B C D) }

/// A message that is not the expected one, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("argument {argument}: {reason}")]
pub struct NotTheArguments {
    /// Which argument, from 1; 0 for what comes before the first.
    pub argument: usize,
    /// Why.
    pub reason: ReadError,
}

/// The arguments in a message, with nothing before, between or behind them.
pub fn arguments<T: Arguments>(message: &[u8]) -> Result<T, NotTheArguments> {
    let mut bytes = Bytes(message);
    let types = Types::read(&mut bytes).map_err(|reason| NotTheArguments {
        argument: 0,
        reason,
    })?;
    let mut reader = Reader {
        types: &types,
        arguments: &types.arguments,
        bytes,
        argument: 0,
        skipped_values: 0,
        skipped_bytes: 0,
    };
    let read = T::read(&mut reader).and_then(|arguments| {
        reader.end()?;
        Ok(arguments)
    });
    read.map_err(|reason| NotTheArguments {
        argument: reader.argument,
        reason,
    })
}

/// The only value of a message.
pub fn value<T: Read>(message: &[u8]) -> Result<T, NotTheArguments> {
    arguments(message).map(|(value,)| value)
}

/// A field that was found, or what it means that it was left out.
pub fn found<T: Read>(value: Option<T>, name: &'static str) -> Reading<T> {
    value
        .or_else(T::left_out)
        .ok_or(ReadError::MissingField(name))
}

/// The hash of a field's or tag's name.
pub const fn hash(name: &str) -> u32 {
    let (bytes, mut at, mut hash) = (name.as_bytes(), 0, 0_u32);
    while at < bytes.len() {
        hash = hash.wrapping_mul(223).wrapping_add(bytes[at] as u32);
        at += 1;
    }
    hash
}

/// What is left of a message.
#[derive(Clone, Copy)]
struct Bytes<'m>(&'m [u8]);

impl<'m> Bytes<'m> {
    fn take(&mut self, count: usize) -> Reading<&'m [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ReadError::TooShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Reading<u8> {
        let (first, rest) = self.0.split_first().ok_or(ReadError::TooShort)?;
        self.0 = rest;
        Ok(*first)
    }

    /// LEB128 of at most 32 bits, in at most nine bytes if it is longer than it need be.
    #[inline]
    fn number(&mut self) -> Reading<u32> {
        match self.0 {
            [byte @ ..0x80, rest @ ..] => {
                self.0 = rest;
                Ok((*byte).into())
            }
            _ => self.long_number(),
        }
    }

    #[inline(never)]
    fn long_number(&mut self) -> Reading<u32> {
        let mut number = 0;
        for (at, byte) in self.0.iter().take(9).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * at);
            if *byte < 0x80 {
                self.0 = &self.0[at + 1..];
                return u32::try_from(number).map_err(|_| ReadError::LARGE_NUMBER);
            }
        }
        Err(if self.0.len() < 9 {
            ReadError::TooShort
        } else {
            ReadError::LARGE_NUMBER
        })
    }

    /// A number below 128.
    fn small(&mut self) -> Reading<usize> {
        match self.number()? {
            number @ ..0x80 => Ok(number as usize),
            _ => Err(ReadError::LARGE_NUMBER),
        }
    }

    /// Length and so many bytes.
    fn blob(&mut self) -> Reading<&'m [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).map_err(|_| ReadError::LARGE_NUMBER)?)
    }
}

impl Types {
    fn read(from: &mut Bytes<'_>) -> Reading<Self> {
        if !matches!(from.take(4), Ok(b"DIDL")) {
            return Err(ReadError::NotCandid);
        }
        let count = from.small()?;
        if count > TYPES {
            return Err(ReadError::Types);
        }
        let mut composites = Vec::with_capacity(count);
        let mut fields = Vec::with_capacity(FIELDS / 4);
        for _ in 0..count {
            composites.push(match from.byte()? {
                0x6e => Composite::Opt(Self::one(from, count)?),
                0x6d => Composite::Vec(Self::one(from, count)?),
                0x6c => Composite::Record(Self::fields(from, count, &mut fields)?),
                0x6b => Composite::Variant(Self::fields(from, count, &mut fields)?),
                _ => return Err(ReadError::Types),
            });
        }
        let arguments = (0..from.small()?).map(|_| Self::one(from, count));
        Ok(Self {
            arguments: arguments.collect::<Reading<_>>()?,
            composites,
            fields,
        })
    }

    fn one(from: &mut Bytes<'_>, count: usize) -> Reading<Type> {
        match from.byte()? {
            place @ ..0x40 if usize::from(place) < count => Ok(Type(place)),
            code @ (0x68 | 0x6f..=0x7f) => Ok(Type(code)),
            _ => Err(ReadError::Types),
        }
    }

    /// Each hash must be above the one before, as the specification asks.
    fn fields(from: &mut Bytes<'_>, count: usize, fields: &mut Vec<Field>) -> Reading<Place> {
        let start = fields.len();
        let end = start + from.small()?;
        if end > FIELDS {
            return Err(ReadError::Types);
        }
        let mut least = 0;
        for _ in start..end {
            let id = from.number()?;
            if u64::from(id) < least {
                return Err(ReadError::Types);
            }
            least = u64::from(id) + 1;
            let of = Self::one(from, count)?;
            fields.push(Field { id, of });
        }
        Ok(Place { start, end })
    }

    fn composite(&self, of: Type) -> Option<Composite> {
        self.composites.get(usize::from(of.0)).copied()
    }

    fn fields_at(&self, place: Place) -> &[Field] {
        &self.fields[place.start..place.end]
    }
}

/// The values of a message and their types.
pub struct Reader<'m> {
    types: &'m Types,
    /// Of the arguments that are left.
    arguments: &'m [Type],
    bytes: Bytes<'m>,
    /// Which argument is read, from 1.
    argument: usize,
    skipped_values: u32,
    skipped_bytes: usize,
}

impl<'m> Reader<'m> {
    /// Reads the next argument.
    pub fn argument<T: Read>(&mut self) -> Reading<T> {
        self.argument += 1;
        let Some((of, left)) = self.arguments.split_first() else {
            return T::left_out().ok_or(ReadError::MissingArgument);
        };
        self.arguments = left;
        self.value(*of)
    }

    /// Skips the arguments that nobody asked for. Nothing may follow.
    fn end(&mut self) -> Reading<()> {
        for of in self.arguments {
            self.argument += 1;
            self.skip(*of)?;
        }
        if self.bytes.0.is_empty() {
            Ok(())
        } else {
            Err(ReadError::TooLong)
        }
    }

    /// Reads a value, as [`Read`] does.
    pub fn value<T: Read>(&mut self, of: Type) -> Reading<T> {
        T::read(self, of)
    }

    /// The fields of a record, in the order in which their values follow.
    pub fn record(&self, of: Type) -> Reading<&'m [Field]> {
        let types = self.types;
        match types.composite(of) {
            Some(Composite::Record(place)) => Ok(types.fields_at(place)),
            _ => Err(ReadError::OtherType("a record")),
        }
    }

    /// Whether a type is a variant.
    pub fn is_variant(&self, of: Type) -> bool {
        matches!(self.types.composite(of), Some(Composite::Variant(_)))
    }

    /// The tag of a variant whose value follows.
    pub fn variant(&mut self, of: Type) -> Reading<Field> {
        let types = self.types;
        let Some(Composite::Variant(place)) = types.composite(of) else {
            return Err(ReadError::OtherType("a variant"));
        };
        let tag = self.bytes.small()?;
        let tags = types.fields_at(place);
        let no_such_tag = ReadError::Invalid("a tag that the sender's variant does not have");
        tags.get(tag).copied().ok_or(no_such_tag)
    }

    /// The type of a list's elements, which follow, and their number. Nobody has checked yet that there are so many.
    pub fn list(&mut self, of: Type) -> Reading<(Type, u32)> {
        let Some(Composite::Vec(element)) = self.types.composite(of) else {
            return Err(ReadError::OtherType("a list"));
        };
        Ok((element, self.bytes.number()?))
    }

    /// So many bytes.
    pub(super) fn bytes(&mut self, count: u32) -> Reading<&'m [u8]> {
        self.bytes
            .take(usize::try_from(count).map_err(|_| ReadError::LARGE_NUMBER)?)
    }

    /// A list of bytes.
    pub fn blob(&mut self, of: Type) -> Reading<&'m [u8]> {
        match self.types.composite(of) {
            Some(Composite::Vec(Type::NAT8)) => self.bytes.blob(),
            _ => Err(ReadError::OtherType("a blob")),
        }
    }

    /// The characters of a text.
    pub(super) fn text(&mut self) -> Reading<&'m str> {
        str::from_utf8(self.bytes.blob()?)
            .map_err(|_| ReadError::Invalid("a text that is not UTF-8"))
    }

    /// The bytes of a principal, at most 29.
    pub(super) fn principal(&mut self) -> Reading<&'m [u8]> {
        const NOT_A_PRINCIPAL: ReadError = ReadError::Invalid("not a principal");
        if !self.flag()? {
            return Err(NOT_A_PRINCIPAL);
        }
        match self.bytes.small()? {
            length @ ..=29 => self.bytes.take(length),
            _ => Err(NOT_A_PRINCIPAL),
        }
    }

    /// The digits of a number of any size.
    pub(super) fn leb128(&mut self) -> Reading<&'m [u8]> {
        let last = self.bytes.0.iter().position(|byte| *byte < 0x80);
        self.bytes.take(last.ok_or(ReadError::TooShort)? + 1)
    }

    /// An optional value. What is not optional for the sender stands for itself; what has another type is absent.
    pub fn opt<T: Read>(&mut self, of: Type) -> Reading<Option<T>> {
        let of = match (of, self.types.composite(of)) {
            (Type::NULL | Type::RESERVED, _) => return Ok(None),
            (_, Some(Composite::Opt(inner))) => {
                if !self.flag()? {
                    return Ok(None);
                }
                inner
            }
            (of, _) => of,
        };
        let start = self.bytes;
        match self.value(of) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_about_types() => {
                self.bytes = start;
                self.skip(of)?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Skips a value that nobody asks for.
    pub fn skip(&mut self, of: Type) -> Reading<()> {
        let before = self.bytes.0.len();
        self.skip_value(of)?;
        self.skipped_bytes += before - self.bytes.0.len();
        if self.skipped_bytes > SKIPPED_BYTES {
            return Err(ReadError::SkippedTooMuch);
        }
        Ok(())
    }

    fn count_skipped(&mut self) -> Reading<()> {
        self.skipped_values += 1;
        if self.skipped_values > SKIPPED_VALUES {
            return Err(ReadError::SkippedTooMuch);
        }
        Ok(())
    }

    /// Each value counts, so no recursion is deeper than the limit and no list of nothings longer.
    fn skip_value(&mut self, of: Type) -> Reading<()> {
        self.count_skipped()?;
        let count = match of {
            Type::NULL | Type::RESERVED => 0,
            Type::NAT8 | Type::INT8 => 1,
            Type::NAT16 | Type::INT16 => 2,
            Type::NAT32 | Type::INT32 | Type::FLOAT32 => 4,
            Type::NAT64 | Type::INT64 | Type::FLOAT64 => 8,
            Type::BOOL => return self.flag().map(|_| ()),
            Type::NAT | Type::INT => return self.leb128().map(|_| ()),
            Type::TEXT => return self.text().map(|_| ()),
            Type::PRINCIPAL => return self.principal().map(|_| ()),
            // Also for `empty`, which is in no list and has no value.
            _ => return self.skip_composite(of),
        };
        self.bytes.take(count).map(|_| ())
    }

    fn skip_composite(&mut self, of: Type) -> Reading<()> {
        let nothing = ReadError::Invalid("a value of a type that has none");
        match self.types.composite(of).ok_or(nothing)? {
            Composite::Opt(inner) => {
                if self.flag()? {
                    self.skip_value(inner)?;
                }
            }
            Composite::Vec(Type::NAT8) => {
                self.bytes.blob()?;
            }
            Composite::Vec(element) => {
                for _ in 0..self.bytes.number()? {
                    self.skip_value(element)?;
                }
            }
            Composite::Record(_) => {
                for field in self.record(of)? {
                    self.skip_value(field.of)?;
                }
            }
            Composite::Variant(_) => {
                let tag = self.variant(of)?;
                self.skip_value(tag.of)?;
            }
        }
        Ok(())
    }

    /// Whether something follows.
    pub(super) fn flag(&mut self) -> Reading<bool> {
        match self.bytes.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ReadError::Invalid("neither 0 nor 1")),
        }
    }

    pub(super) fn array<const N: usize>(&mut self) -> Reading<[u8; N]> {
        self.bytes
            .take(N)?
            .try_into()
            .map_err(|_| ReadError::TooShort)
    }
}
