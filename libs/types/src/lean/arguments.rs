//! What users send, as [`reader`](super::reader) reads it.

use super::reader::{Arguments, Familiar, Field, Read, Reader, Type, Unfamiliar, hash};
use crate::front::ChallengeResult;
use crate::{
    Aaguid, AnchorNumber, CredentialId, DeviceData, DeviceKey, DeviceProtection, KeyType, Metadata,
    MetadataValue, Principal, Purpose, SessionKey, TimestampNs,
};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

const AAGUID: u32 = hash("aaguid");
const ALIAS: u32 = hash("alias");
const CHARS: u32 = hash("chars");
const CREDENTIAL_ID: u32 = hash("credential_id");
const KEY: u32 = hash("key");
const KEY_TYPE: u32 = hash("key_type");
const METADATA: u32 = hash("metadata");
const ORIGIN: u32 = hash("origin");
const PROTECTION: u32 = hash("protection");
const PUBKEY: u32 = hash("pubkey");
const PURPOSE: u32 = hash("purpose");

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: Read),+> Arguments for ($($name,)+) {
            fn read(from: &mut Reader<'_>) -> Familiar<Self> {
                Ok(($(from.argument::<$name>()?,)+))
            }
        }
    )+};
}

tuples! { (A) (A B) (A B C) (A B C D) }

impl<T: Read> Read for Option<T> {
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
        from.opt(of)
    }

    fn left_out() -> Familiar<Self> {
        Ok(None)
    }
}

impl Read for String {
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
        from.text(of).map(str::to_owned)
    }
}

impl Read for u64 {
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
        from.nat64(of)
    }
}

impl Read for Principal {
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
        Self::try_from_slice(from.principal(of)?).map_err(|_| Unfamiliar)
    }
}

macro_rules! numbers {
    ($($name:ty)+) => {$(
        impl Read for $name {
            fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
                from.nat64(of).map(Self::new)
            }
        }
    )+};
}

numbers! { AnchorNumber TimestampNs }

macro_rules! blobs {
    ($($name:ty)+) => {$(
        impl Read for $name {
            fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
                from.blob(of).map(Self::from)
            }
        }
    )+};
}

blobs! { Aaguid CredentialId DeviceKey SessionKey }

macro_rules! bare_variants {
    ($($name:ident { $($tag:literal => $variant:ident)+ })+) => {$(
        impl Read for $name {
            fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
                let tag = from.bare_variant(of)?;
                $(if tag == const { hash($tag) } {
                    return Ok(Self::$variant);
                })+
                Err(Unfamiliar)
            }
        }
    )+};
}

bare_variants! {
    Purpose {
        "authentication" => Authentication
        "recovery" => Recovery
    }
    KeyType {
        "platform" => Platform
        "cross_platform" => CrossPlatform
        "browser_storage_key" => BrowserStorageKey
        "seed_phrase" => SeedPhrase
        "unknown" => Unknown
    }
    DeviceProtection {
        "unprotected" => Unprotected
        "protected" => Protected
    }
}

impl Read for ChallengeResult {
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
        let (mut key, mut chars) = (None, None);
        for Field { id, of } in from.record(of)? {
            match *id {
                KEY => key = Some(from.value(*of)?),
                CHARS => chars = Some(from.value(*of)?),
                _ => from.skip(*of)?,
            }
        }
        Ok(Self {
            key: key.ok_or(Unfamiliar)?,
            chars: chars.ok_or(Unfamiliar)?,
        })
    }
}

impl Read for DeviceData {
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
        let (mut pubkey, mut alias) = (None, None);
        let (mut purpose, mut key_type, mut protection) = (None, None, None);
        let (mut credential_id, mut aaguid, mut origin, mut metadata) = (None, None, None, None);
        for Field { id, of } in from.record(of)? {
            match *id {
                PUBKEY => pubkey = Some(from.value(*of)?),
                ALIAS => alias = Some(from.value(*of)?),
                CREDENTIAL_ID => credential_id = from.value(*of)?,
                AAGUID => aaguid = from.value(*of)?,
                PURPOSE => purpose = Some(from.value(*of)?),
                KEY_TYPE => key_type = Some(from.value(*of)?),
                PROTECTION => protection = Some(from.value(*of)?),
                ORIGIN => origin = from.value(*of)?,
                METADATA => metadata = from.value(*of)?,
                _ => from.skip(*of)?,
            }
        }
        Ok(Self {
            pubkey: pubkey.ok_or(Unfamiliar)?,
            alias: alias.ok_or(Unfamiliar)?,
            credential_id,
            aaguid,
            purpose: purpose.ok_or(Unfamiliar)?,
            key_type: key_type.ok_or(Unfamiliar)?,
            protection: protection.ok_or(Unfamiliar)?,
            origin,
            metadata,
        })
    }
}

impl Read for Metadata {
    fn read(from: &mut Reader<'_>, of: Type) -> Familiar<Self> {
        map(from, of, Self::MAX_DEPTH)
    }
}

fn map(from: &mut Reader<'_>, of: Type, depth: usize) -> Familiar<Metadata> {
    let deeper = depth.checked_sub(1).ok_or(Unfamiliar)?;
    let (entry, count) = from.list(of)?;
    let [Field { id: 0, of: key }, Field { id: 1, of: value }] = *from.record(entry)? else {
        return Err(Unfamiliar);
    };
    // An empty map's types are looked at, too: the library takes some maps for absent by their types alone.
    if !(key.is_text() && from.is_variant(value)) {
        return Err(Unfamiliar);
    }
    let mut entries = BTreeMap::new();
    for _ in 0..count {
        entries.insert(from.value(key)?, metadata_value(from, value, deeper)?);
    }
    Ok(Metadata(entries))
}

fn metadata_value(from: &mut Reader<'_>, of: Type, deeper: usize) -> Familiar<MetadataValue> {
    const MAP: u32 = hash("map");
    const STRING: u32 = hash("string");
    const BYTES: u32 = hash("bytes");
    let Field { id, of } = from.variant(of)?;
    match id {
        MAP => map(from, of, deeper).map(MetadataValue::Map),
        STRING => from.value(of).map(MetadataValue::String),
        BYTES => from
            .blob(of)
            .map(|bytes| MetadataValue::Bytes(ByteBuf::from(bytes))),
        _ => Err(Unfamiliar),
    }
}
