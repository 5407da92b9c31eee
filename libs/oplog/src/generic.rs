//! Blocks as ICRC-3 values, for people and their tools.
//!
//! Two forms. [`Block::to_value`] is the block whose hash is chained: `tx` is a blob.
//! [`Tx::to_value`] expands that blob; it is for reading and no hash covers it in that form.

use types::icrc3::Value;
use types::{BlockHash, DeviceProtection, KeyType, PublicDevice, Purpose, TimestampNs};

use crate::{Block, BlockType, Operation, Tx, TxBytes};

/// A generic value that is no block of ours. No retry helps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A block is a map.
    #[error("not a map")]
    NotAMap,
    /// A field that every block has is missing or has another type.
    #[error("field {field} missing or of another type")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// A field that no block has, or one twice: the hash would cover more than we read.
    #[error("field {field} unknown or twice")]
    UnexpectedField {
        /// Its name.
        field: String,
    },
    /// A `btype` that is none of ours. Newer code may know it.
    #[error("block type {btype} unknown")]
    UnknownType {
        /// Its name.
        btype: String,
    },
}

impl Block {
    /// The block as ICRC-3 serves it. Its representation-independent hash is [`Block::hash`].
    pub fn to_value(&self) -> Value {
        let Self {
            btype,
            phash,
            ts,
            tx,
        } = self;
        let mut fields = vec![("btype".to_owned(), Value::text(btype.name()))];
        if let Some(phash) = phash {
            fields.push(("phash".to_owned(), Value::blob(phash)));
        }
        fields.push(("ts".to_owned(), Value::nat(ts.get())));
        fields.push(("tx".to_owned(), Value::blob(tx.as_slice())));
        Value::Map(fields)
    }

    /// Reads what [`Block::to_value`] wrote, in any order of fields. Fields that it does not write
    /// are refused, so that what is read has the hash of what was served.
    pub fn from_value(value: &Value) -> Result<Self, ValueError> {
        let Value::Map(fields) = value else {
            return Err(ValueError::NotAMap);
        };
        let mut unread: Vec<_> = fields.iter().collect();
        let mut take = |name: &str| {
            let at = unread.iter().position(|(field, _)| field == name)?;
            Some(&unread.swap_remove(at).1)
        };
        let btype = match take("btype") {
            Some(Value::Text(name)) => {
                BlockType::from_name(name).ok_or_else(|| ValueError::UnknownType {
                    btype: name.clone(),
                })?
            }
            _ => return Err(ValueError::Field { field: "btype" }),
        };
        let phash = match take("phash") {
            None => None,
            Some(Value::Blob(bytes)) => Some(
                BlockHash::try_from(bytes.as_slice())
                    .map_err(|_| ValueError::Field { field: "phash" })?,
            ),
            Some(_) => return Err(ValueError::Field { field: "phash" }),
        };
        let ts = take("ts")
            .and_then(Value::as_u64)
            .map(TimestampNs::new)
            .ok_or(ValueError::Field { field: "ts" })?;
        let tx = match take("tx") {
            Some(Value::Blob(bytes)) => TxBytes::new(bytes.as_slice()),
            _ => return Err(ValueError::Field { field: "tx" }),
        };
        match unread.first() {
            None => Ok(Self {
                btype,
                phash,
                ts,
                tx,
            }),
            Some((field, _)) => Err(ValueError::UnexpectedField {
                field: field.clone(),
            }),
        }
    }
}

impl Tx {
    /// The transaction as a map: `anchor`, `caller`, `device` as it is afterwards, `temporary_key`, and
    /// `removed`, the key of a device that is gone; of lost blocks `first_missing` and `next_anchor`. What is absent in the transaction is absent in the map.
    pub fn to_value(&self) -> Value {
        let Self {
            anchor,
            caller,
            operation,
        } = self;
        let mut fields = vec![
            ("anchor".to_owned(), Value::nat(anchor.get())),
            ("caller".to_owned(), Value::blob(caller)),
        ];
        match operation {
            Operation::Register {
                device,
                temporary_key,
            } => {
                fields.push(("device".to_owned(), device_value(device)));
                if let Some(key) = temporary_key {
                    fields.push(("temporary_key".to_owned(), Value::blob(key)));
                }
            }
            Operation::Add { device } | Operation::Update { device } => {
                fields.push(("device".to_owned(), device_value(device)));
            }
            Operation::Replace { old, device } => {
                fields.push(("removed".to_owned(), Value::blob(old)));
                fields.push(("device".to_owned(), device_value(device)));
            }
            Operation::Remove { key } => fields.push(("removed".to_owned(), Value::blob(key))),
            Operation::Lost {
                first_missing,
                next_anchor,
            } => {
                fields.push(("first_missing".to_owned(), Value::nat(first_missing.get())));
                fields.push(("next_anchor".to_owned(), Value::nat(next_anchor.get())));
            }
        }
        Value::Map(fields)
    }
}

fn device_value(device: &PublicDevice) -> Value {
    let PublicDevice {
        pubkey,
        credential_id,
        purpose,
        key_type,
        protection,
        origin,
        metadata_keys,
    } = device;
    let purpose = match purpose {
        Purpose::Recovery => "recovery",
        Purpose::Authentication => "authentication",
    };
    let key_type = match key_type {
        KeyType::Unknown => "unknown",
        KeyType::Platform => "platform",
        KeyType::CrossPlatform => "cross_platform",
        KeyType::SeedPhrase => "seed_phrase",
        KeyType::BrowserStorageKey => "browser_storage_key",
    };
    let protection = match protection {
        DeviceProtection::Protected => "protected",
        DeviceProtection::Unprotected => "unprotected",
    };
    let keys = metadata_keys.iter().map(|key| Value::text(key)).collect();
    let optional = [
        credential_id
            .as_ref()
            .map(|id| ("credential_id", Value::blob(id))),
        origin
            .as_ref()
            .map(|origin| ("origin", Value::text(origin))),
    ];
    let always = [
        ("pubkey", Value::blob(pubkey)),
        ("purpose", Value::text(purpose)),
        ("key_type", Value::text(key_type)),
        ("protection", Value::text(protection)),
        ("metadata_keys", Value::Array(keys)),
    ];
    let fields = always.into_iter().chain(optional.into_iter().flatten());
    Value::Map(
        fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

#[cfg(test)]
mod tests;
