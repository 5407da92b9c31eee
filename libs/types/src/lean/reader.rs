//! Candid values read without Candid's library, for the arguments of users' calls.
//!
//! The library spends its instructions on types: a map of them, a counted reference for each, a memory of what it has
//! compared. Here the types of a message become two flat lists, and a value is read beside its type:
//!
//! ```text
//! "DIDL" | types: count, then opt (6e), vec (6d), record (6c) or variant (6b) | arguments: count, a type each | values
//! ```
//!
//! What is read is what the library reads: fields by their hashes, unknown ones skipped, missing optional ones `None`, a
//! value where an optional one is expected is that one. **Anything else is [`Unfamiliar`], which is no verdict**: then the
//! library decides. So this reader may know little, but what it accepts the library must read in the same way; the tests
//! compare the two over messages of strangers.
//!
//! Lists and recursion are bounded by [`TYPES`], [`FIELDS`] and [`SKIPPED_VALUES`], which honest messages are far below.
//! Candid specification, "Serialisation" and "Coercion" (dfinity/candid, `spec/Candid.md`).

use std::str;

#[cfg(test)]
pub(crate) mod strangers;
#[cfg(test)]
mod tests;

/// Types in a message: so many have a place of one byte.
const TYPES: usize = 64;
/// Fields and tags of all types together.
const FIELDS: usize = 256;
/// Values that are skipped in a message, those inside of others included. With [`SKIPPED_BYTES`] it is far from where the
/// library stops (a cost of 10,000, of which a byte makes 1 and a value less than 60).
const SKIPPED_VALUES: u32 = 64;
/// Bytes of the values that are skipped in a message.
const SKIPPED_BYTES: usize = 1_024;

/// Not encoded as this reader knows, or no Candid at all: the library says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not encoded in a familiar way")]
pub struct Unfamiliar;

/// What reading gives.
pub type Familiar<T> = Result<T, Unfamiliar>;

/// A type in one byte: a primitive one's code, or the place of another one in the message's list (below 64).
///
/// Both are signed LEB128 in Candid, so one byte is the shortest form of all that fits; longer forms are unfamiliar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type(u8);

impl Type {
    const NULL: Self = Self(0x7f);
    const BOOL: Self = Self(0x7e);
    const NAT: Self = Self(0x7d);
    const INT: Self = Self(0x7c);
    const NAT8: Self = Self(0x7b);
    const NAT16: Self = Self(0x7a);
    const NAT32: Self = Self(0x79);
    const NAT64: Self = Self(0x78);
    const INT8: Self = Self(0x77);
    const INT16: Self = Self(0x76);
    const INT32: Self = Self(0x75);
    const INT64: Self = Self(0x74);
    const FLOAT32: Self = Self(0x73);
    const FLOAT64: Self = Self(0x72);
    const TEXT: Self = Self(0x71);
    const RESERVED: Self = Self(0x70);
    const PRINCIPAL: Self = Self(0x68);

    /// Whether it is `text`.
    pub fn is_text(self) -> bool {
        self == Self::TEXT
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
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self>;

    /// What it means that the sender left it out.
    fn left_out() -> Familiar<Self> {
        Err(Unfamiliar)
    }
}

/// All arguments of a call.
pub trait Arguments: Sized {
    /// Reads the arguments that are left.
    fn read(from: &mut Reader<'_>) -> Familiar<Self>;
}

/// The arguments in a message, with nothing before, between or behind them.
pub fn arguments<T: Arguments>(message: &[u8]) -> Familiar<T> {
    let mut bytes = Bytes(message);
    let types = Types::read(&mut bytes)?;
    let mut reader = Reader {
        types: &types,
        arguments: &types.arguments,
        bytes,
        skipped_values: 0,
        skipped_bytes: 0,
    };
    let arguments = T::read(&mut reader)?;
    if reader.arguments.is_empty() && reader.bytes.0.is_empty() {
        Ok(arguments)
    } else {
        Err(Unfamiliar)
    }
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
    fn take(&mut self, count: usize) -> Familiar<&'m [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unfamiliar)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Familiar<u8> {
        let (first, rest) = self.0.split_first().ok_or(Unfamiliar)?;
        self.0 = rest;
        Ok(*first)
    }

    /// LEB128 of at most 32 bits in at most five bytes.
    fn number(&mut self) -> Familiar<u32> {
        let mut number = 0;
        for (at, byte) in self.0.iter().take(5).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * at);
            if *byte < 0x80 {
                self.0 = &self.0[at + 1..];
                return u32::try_from(number).map_err(|_| Unfamiliar);
            }
        }
        Err(Unfamiliar)
    }

    /// A number below 128 in one byte.
    fn small(&mut self) -> Familiar<usize> {
        match self.byte()? {
            byte @ ..0x80 => Ok(usize::from(byte)),
            _ => Err(Unfamiliar),
        }
    }

    /// Length and so many bytes.
    fn blob(&mut self) -> Familiar<&'m [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).map_err(|_| Unfamiliar)?)
    }
}

impl Types {
    fn read(from: &mut Bytes<'_>) -> Familiar<Self> {
        if from.take(4)? != b"DIDL" {
            return Err(Unfamiliar);
        }
        let count = from.small()?;
        if count > TYPES {
            return Err(Unfamiliar);
        }
        let mut composites = Vec::with_capacity(count);
        let mut fields = Vec::with_capacity(FIELDS / 4);
        for _ in 0..count {
            composites.push(match from.byte()? {
                0x6e => Composite::Opt(Self::one(from, count)?),
                0x6d => Composite::Vec(Self::one(from, count)?),
                0x6c => Composite::Record(Self::fields(from, count, &mut fields)?),
                0x6b => Composite::Variant(Self::fields(from, count, &mut fields)?),
                _ => return Err(Unfamiliar),
            });
        }
        let arguments = (0..from.small()?).map(|_| Self::one(from, count));
        Ok(Self {
            arguments: arguments.collect::<Familiar<_>>()?,
            composites,
            fields,
        })
    }

    fn one(from: &mut Bytes<'_>, count: usize) -> Familiar<Type> {
        match from.byte()? {
            place @ ..0x40 if usize::from(place) < count => Ok(Type(place)),
            code @ (0x68 | 0x6f..=0x7f) => Ok(Type(code)),
            _ => Err(Unfamiliar),
        }
    }

    /// Each hash must be above the one before, as the specification asks.
    fn fields(from: &mut Bytes<'_>, count: usize, fields: &mut Vec<Field>) -> Familiar<Place> {
        let start = fields.len();
        let end = start + from.small()?;
        if end > FIELDS {
            return Err(Unfamiliar);
        }
        let mut least = 0;
        for _ in start..end {
            let id = from.number()?;
            if u64::from(id) < least {
                return Err(Unfamiliar);
            }
            least = u64::from(id) + 1;
            let of = Self::one(from, count)?;
            fields.push(Field { id, of });
        }
        Ok(Place { start, end })
    }

    fn composite(&self, of: Type) -> Familiar<Composite> {
        let place = usize::from(of.0);
        self.composites.get(place).copied().ok_or(Unfamiliar)
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
    skipped_values: u32,
    skipped_bytes: usize,
}

impl<'m> Reader<'m> {
    /// Reads the next argument.
    pub fn argument<T: Read>(&mut self) -> Familiar<T> {
        let Some((of, left)) = self.arguments.split_first() else {
            return T::left_out();
        };
        self.arguments = left;
        self.value(*of)
    }

    /// Reads a value, as [`Read`] does.
    pub fn value<T: Read>(&mut self, of: Type) -> Familiar<T> {
        T::read(self, of)
    }

    /// The fields of a record, in the order in which their values follow.
    pub fn record(&self, of: Type) -> Familiar<&'m [Field]> {
        let types = self.types;
        match types.composite(of)? {
            Composite::Record(place) => Ok(types.fields_at(place)),
            _ => Err(Unfamiliar),
        }
    }

    /// Whether a type is a variant.
    pub fn is_variant(&self, of: Type) -> bool {
        matches!(self.types.composite(of), Ok(Composite::Variant(_)))
    }

    /// The tag of a variant whose value follows.
    pub fn variant(&mut self, of: Type) -> Familiar<Field> {
        let types = self.types;
        let Composite::Variant(place) = types.composite(of)? else {
            return Err(Unfamiliar);
        };
        let tag = self.bytes.small()?;
        let tags = types.fields_at(place);
        tags.get(tag).copied().ok_or(Unfamiliar)
    }

    /// The tag of a variant that holds nothing.
    pub fn bare_variant(&mut self, of: Type) -> Familiar<u32> {
        match self.variant(of)? {
            Field { id, of: Type::NULL } => Ok(id),
            _ => Err(Unfamiliar),
        }
    }

    /// The type of a list's elements, which follow, and their number. Nobody has checked yet that there are so many.
    pub fn list(&mut self, of: Type) -> Familiar<(Type, u32)> {
        let Composite::Vec(element) = self.types.composite(of)? else {
            return Err(Unfamiliar);
        };
        Ok((element, self.bytes.number()?))
    }

    /// A list of bytes.
    pub fn blob(&mut self, of: Type) -> Familiar<&'m [u8]> {
        match self.types.composite(of)? {
            Composite::Vec(Type::NAT8) => self.bytes.blob(),
            _ => Err(Unfamiliar),
        }
    }

    /// A text.
    pub fn text(&mut self, of: Type) -> Familiar<&'m str> {
        match of {
            Type::TEXT => str::from_utf8(self.bytes.blob()?).map_err(|_| Unfamiliar),
            _ => Err(Unfamiliar),
        }
    }

    /// A number of 64 bits.
    pub fn nat64(&mut self, of: Type) -> Familiar<u64> {
        match of {
            Type::NAT64 => Ok(u64::from_le_bytes(*self.array()?)),
            _ => Err(Unfamiliar),
        }
    }

    /// The bytes of a principal, at most 29.
    pub fn principal(&mut self, of: Type) -> Familiar<&'m [u8]> {
        match of {
            Type::PRINCIPAL if self.flag()? => match self.bytes.small()? {
                length @ ..=29 => self.bytes.take(length),
                _ => Err(Unfamiliar),
            },
            _ => Err(Unfamiliar),
        }
    }

    /// An optional value. What is not optional for the sender stands for itself.
    pub fn opt<T: Read>(&mut self, of: Type) -> Familiar<Option<T>> {
        match of {
            Type::NULL | Type::RESERVED => return Ok(None),
            _ => {}
        }
        match self.types.composite(of) {
            Ok(Composite::Opt(inner)) if self.flag()? => self.value(inner).map(Some),
            Ok(Composite::Opt(_)) => Ok(None),
            _ => self.value(of).map(Some),
        }
    }

    /// Skips a value that nobody asks for.
    pub fn skip(&mut self, of: Type) -> Familiar<()> {
        let before = self.bytes.0.len();
        self.skip_value(of)?;
        self.skipped_bytes += before - self.bytes.0.len();
        if self.skipped_bytes > SKIPPED_BYTES {
            return Err(Unfamiliar);
        }
        Ok(())
    }

    /// Each value counts, so no recursion is deeper than the limit and no list of nothings longer.
    fn skip_value(&mut self, of: Type) -> Familiar<()> {
        self.skipped_values += 1;
        if self.skipped_values > SKIPPED_VALUES {
            return Err(Unfamiliar);
        }
        let count = match of {
            Type::NULL | Type::RESERVED => 0,
            Type::NAT8 | Type::INT8 => 1,
            Type::NAT16 | Type::INT16 => 2,
            Type::NAT32 | Type::INT32 | Type::FLOAT32 => 4,
            Type::NAT64 | Type::INT64 | Type::FLOAT64 => 8,
            Type::BOOL => return self.flag().map(|_| ()),
            Type::NAT | Type::INT => return self.skip_leb128(),
            Type::TEXT => return self.text(of).map(|_| ()),
            Type::PRINCIPAL => return self.principal(of).map(|_| ()),
            // Also for `empty`, which is in no list and has no value.
            _ => return self.skip_composite(of),
        };
        self.bytes.take(count).map(|_| ())
    }

    fn skip_composite(&mut self, of: Type) -> Familiar<()> {
        match self.types.composite(of)? {
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

    /// Numbers of any size; longer than 63 bits are unfamiliar.
    fn skip_leb128(&mut self) -> Familiar<()> {
        for _ in 0..9 {
            if self.bytes.byte()? < 0x80 {
                return Ok(());
            }
        }
        Err(Unfamiliar)
    }

    fn flag(&mut self) -> Familiar<bool> {
        match self.bytes.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Unfamiliar),
        }
    }

    fn array<const N: usize>(&mut self) -> Familiar<&'m [u8; N]> {
        self.bytes.take(N)?.try_into().map_err(|_| Unfamiliar)
    }
}
