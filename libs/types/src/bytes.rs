//! Macros for ids: byte strings, byte arrays and numbers that must not be mixed up.

/// A byte string with a role: Candid `blob`, CBOR byte string, shown in hex.
macro_rules! byte_string {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Vec<u8>);

        impl $name {
            /// Takes the bytes as they are.
            pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
                Self(bytes.into())
            }

            /// The bytes.
            pub fn as_slice(&self) -> &[u8] {
                &self.0
            }

            /// The bytes, owned.
            pub fn into_vec(self) -> Vec<u8> {
                self.0
            }

            /// Number of bytes.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// True if there is no byte.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self(bytes)
            }
        }

        impl From<&[u8]> for $name {
            fn from(bytes: &[u8]) -> Self {
                Self(bytes.to_vec())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> Result<Self, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                serde_bytes::ByteBuf::deserialize(deserializer).map(|b| Self(b.into_vec()))
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                d.bytes().map(Self::from)
            }
        }

        impl $crate::lean::reader::Read for $name {
            fn read(
                from: &mut $crate::lean::reader::Reader<'_>,
                of: $crate::lean::reader::Type,
            ) -> $crate::lean::reader::Reading<Self> {
                from.blob(of).map(Self::from)
            }
        }

        bytes_out!($name);
    };
}

/// Thirty-two bytes with a role: Candid `blob` and CBOR byte string of exactly that length.
macro_rules! byte_array {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes the bytes as they are.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = core::array::TryFromSliceError;

            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                <[u8; 32]>::try_from(bytes).map(Self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> Result<Self, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
                Self::try_from(bytes.as_slice())
                    .map_err(|_| serde::de::Error::invalid_length(bytes.len(), &"32 bytes"))
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::try_from(d.bytes()?)
                    .map_err(|_| minicbor::decode::Error::message("expected 32 bytes"))
            }
        }

        impl $crate::lean::reader::Read for $name {
            fn read(
                from: &mut $crate::lean::reader::Reader<'_>,
                of: $crate::lean::reader::Type,
            ) -> $crate::lean::reader::Reading<Self> {
                Self::try_from(from.blob(of)?)
                    .map_err(|_| $crate::lean::reader::ReadError::Invalid("expected 32 bytes"))
            }
        }

        bytes_out!($name);
    };
}

/// How bytes of either kind leave: as a slice, a Candid `blob` and a CBOR byte string; `Display` in lower-case hex,
/// `Debug` the same with the type's name.
macro_rules! bytes_out {
    ($name:ident) => {
        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl candid::CandidType for $name {
            fn _ty() -> candid::types::Type {
                <Vec<u8> as candid::CandidType>::_ty()
            }

            fn idl_serialize<S>(&self, serializer: S) -> Result<(), S::Error>
            where
                S: candid::types::Serializer,
            {
                serializer.serialize_blob(&self.0)
            }
        }

        impl $crate::lean::Typed for $name {
            const KEY: u64 = <Vec<u8> as $crate::lean::Typed>::KEY;

            fn place(table: &mut $crate::lean::Table) -> u8 {
                <Vec<u8> as $crate::lean::Typed>::place(table)
            }
        }

        impl $crate::lean::Lean for $name {
            fn write(&self, to: &mut Vec<u8>) {
                $crate::lean::blob(&self.0, to);
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

/// A number with a role: Candid `nat64`, CBOR unsigned integer.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            Default,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            candid::CandidType,
            serde::Deserialize,
            minicbor::Encode,
            minicbor::Decode,
        )]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] u64);

        impl $name {
            /// Gives the number its role.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The bare number.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The sum, or `None` where it does not fit.
            pub const fn checked_add(self, more: u64) -> Option<Self> {
                match self.0.checked_add(more) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// The sum, at most the largest number there is.
            #[must_use]
            pub const fn saturating_add(self, more: u64) -> Self {
                Self(self.0.saturating_add(more))
            }
        }

        impl $crate::lean::Typed for $name {
            const KEY: u64 = <u64 as $crate::lean::Typed>::KEY;

            fn place(table: &mut $crate::lean::Table) -> u8 {
                <u64 as $crate::lean::Typed>::place(table)
            }
        }

        impl $crate::lean::Lean for $name {
            fn write(&self, to: &mut Vec<u8>) {
                $crate::lean::Lean::write(&self.0, to);
            }
        }

        impl $crate::lean::reader::Read for $name {
            fn read(
                from: &mut $crate::lean::reader::Reader<'_>,
                of: $crate::lean::reader::Type,
            ) -> $crate::lean::reader::Reading<Self> {
                from.value(of).map(Self)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}
