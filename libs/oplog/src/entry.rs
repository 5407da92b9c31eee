//! A stored block in words without a copy of anything: its fields are parts of its bytes.
//!
//! The shapes are those of [`Block`](crate::Block), [`Tx`](crate::Tx) and [`PublicDevice`](types::PublicDevice); what is
//! written is what [`Entry`](types::archive::Entry) would be. Pages of a thousand entries are read so, because most of
//! their cost was in strings that lived for one entry.

use minicbor::bytes::ByteSlice;
use minicbor::{Decode, Decoder};
use types::lean::{self, Lean};
use types::{AnchorNumber, BlockIndex, DeviceProtection, KeyType, Principal, Purpose, TimestampNs};

use crate::{BlockError, BlockType, TxError, tx};

#[cfg(test)]
mod tests;

/// An entry of a page. [`Lean::write`] appends it as a value of the Candid type `Entry`.
pub struct EntryRef<'b> {
    index: BlockIndex,
    ts: TimestampNs,
    tx: TxRef<'b>,
}

/// The parent's hash has a number that is not asked for.
#[derive(Decode)]
struct BlockRef<'b> {
    #[n(0)]
    btype: BlockType,
    #[n(2)]
    ts: TimestampNs,
    #[b(3)]
    tx: &'b ByteSlice,
}

#[derive(Decode)]
struct TxRef<'b> {
    #[n(0)]
    anchor: AnchorNumber,
    #[n(1)]
    #[cbor(with = "types::codec::principal")]
    caller: Principal,
    #[b(2)]
    operation: OperationRef<'b>,
}

#[derive(Decode)]
enum OperationRef<'b> {
    #[n(0)]
    Register {
        #[b(0)]
        device: DeviceRef<'b>,
        #[n(1)]
        #[cbor(with = "types::codec::opt_principal", has_nil)]
        temporary_key: Option<Principal>,
    },
    #[n(1)]
    Add {
        #[b(0)]
        device: DeviceRef<'b>,
    },
    #[n(2)]
    Update {
        #[b(0)]
        device: DeviceRef<'b>,
    },
    #[n(3)]
    Replace {
        #[b(0)]
        old: &'b ByteSlice,
        #[b(1)]
        device: DeviceRef<'b>,
    },
    #[n(4)]
    Remove {
        #[b(0)]
        key: &'b ByteSlice,
    },
    #[n(5)]
    Lost {
        #[n(0)]
        first_missing: BlockIndex,
        #[n(1)]
        next_anchor: AnchorNumber,
    },
}

#[derive(Decode)]
struct DeviceRef<'b> {
    #[b(0)]
    pubkey: &'b ByteSlice,
    #[b(1)]
    credential_id: Option<&'b ByteSlice>,
    #[n(2)]
    purpose: Purpose,
    #[n(3)]
    key_type: KeyType,
    #[n(4)]
    protection: DeviceProtection,
    #[b(5)]
    origin: Option<&'b str>,
    #[b(6)]
    metadata_keys: Vec<&'b str>,
}

impl<'b> EntryRef<'b> {
    /// Reads bytes that [`Block::decode`](crate::Block::decode) and [`Block::tx`](crate::Block::tx) have taken before,
    /// without comparing them with the encoding of what was read.
    pub fn read(index: BlockIndex, block: &'b [u8]) -> Result<Self, BlockError> {
        let BlockRef { btype, ts, tx } =
            Decoder::new(block)
                .decode()
                .map_err(|error| BlockError::Malformed {
                    reason: error.to_string(),
                })?;
        let tx: TxRef<'b> = Decoder::new(tx::item(tx)?).decode().map_err(|error| {
            BlockError::Tx(TxError::Malformed {
                reason: error.to_string(),
            })
        })?;
        let expected = tx.operation.block_type();
        if btype == expected {
            Ok(Self { index, ts, tx })
        } else {
            Err(BlockError::WrongType {
                expected,
                found: btype,
            })
        }
    }

    /// Whom the block is about.
    pub fn anchor(&self) -> AnchorNumber {
        self.tx.anchor
    }

    /// When it happened.
    pub fn time(&self) -> TimestampNs {
        self.ts
    }
}

impl OperationRef<'_> {
    const fn block_type(&self) -> BlockType {
        match self {
            Self::Register { .. } => BlockType::Register,
            Self::Add { .. } => BlockType::Add,
            Self::Update { .. } => BlockType::Update,
            Self::Replace { .. } => BlockType::Replace,
            Self::Remove { .. } => BlockType::Remove,
            Self::Lost { .. } => BlockType::Lost,
        }
    }
}

/// Fields in the order of their hashes: see [`types::lean`].
impl Lean for EntryRef<'_> {
    fn write(&self, to: &mut Vec<u8>) {
        let Self {
            index,
            ts,
            tx:
                TxRef {
                    anchor,
                    caller,
                    operation,
                },
        } = self;
        to.extend_from_slice(&index.get().to_le_bytes());
        to.extend_from_slice(&anchor.get().to_le_bytes());
        operation.write(to);
        to.extend_from_slice(&ts.get().to_le_bytes());
        caller.write(to);
    }
}

impl Lean for OperationRef<'_> {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Replace { old, device } => {
                to.push(0);
                device.write(to);
                lean::blob(old, to);
            }
            Self::Lost {
                first_missing,
                next_anchor,
            } => {
                to.push(1);
                to.extend_from_slice(&first_missing.get().to_le_bytes());
                to.extend_from_slice(&next_anchor.get().to_le_bytes());
            }
            Self::Add { device } => {
                to.push(2);
                device.write(to);
            }
            Self::Register {
                device,
                temporary_key,
            } => {
                to.push(3);
                device.write(to);
                lean::opt(temporary_key.as_ref(), to, Principal::write);
            }
            Self::Update { device } => {
                to.push(4);
                device.write(to);
                lean::blob(device.pubkey, to);
            }
            Self::Remove { key } => {
                to.push(5);
                lean::blob(key, to);
            }
        }
    }
}

impl Lean for DeviceRef<'_> {
    fn write(&self, to: &mut Vec<u8>) {
        let Self {
            pubkey,
            credential_id,
            purpose,
            key_type,
            protection,
            origin,
            metadata_keys,
        } = self;
        lean::opt(*origin, to, lean::blob);
        protection.write(to);
        lean::blob(pubkey, to);
        lean::length(metadata_keys.len(), to);
        for key in metadata_keys {
            lean::blob(key, to);
        }
        key_type.write(to);
        purpose.write(to);
        lean::opt(*credential_id, to, lean::blob);
    }
}
