//! A small shard for tests: it makes logs, and can be made to misbehave.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use canister_kit::certified::CertifiedRoot;
use ic_stable_structures::VectorMemory;
use oplog::{Block, Operation, Tx};
use types::archive::{ArchiveInit, ArchiveSettings};
use types::registry::{FetchAnswer, ShardTip};
use types::{
    AnchorNumber, AnchorRange, BlockHash, BlockIndex, DeviceKey, DeviceProtection, EncodedBlock,
    KeyType, Principal, PublicDevice, Purpose, TimestampNs, message,
};

use crate::runtime::{CallFailure, Runtime};
use crate::state::State;

/// The first anchor of the test shard.
pub(crate) const LO: u64 = 10_000;

pub(crate) const SECOND_NS: u64 = 1_000_000_000;

pub(crate) fn init() -> ArchiveInit {
    ArchiveInit {
        registry: registry(),
        range: AnchorRange::new(AnchorNumber::new(LO), AnchorNumber::new(2 * LO)).unwrap(),
        first_index: BlockIndex::new(0),
        parent_hash: None,
        settings: ArchiveSettings::default(),
    }
}

pub(crate) fn registry() -> Principal {
    Principal::from_slice(&[7, 1])
}

/// A new archive in a memory that outlives it.
pub(crate) fn archive() -> (VectorMemory, State<VectorMemory>) {
    let raw = VectorMemory::default();
    let state = State::install(raw.clone(), &init()).unwrap();
    (raw, state)
}

pub(crate) fn device(number: u64) -> PublicDevice {
    PublicDevice {
        pubkey: DeviceKey::new(number.to_be_bytes()),
        credential_id: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Platform,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata_keys: vec![],
    }
}

/// The transaction of block `index`: anchors take turns, three at a time, each block one second later.
pub(crate) fn tx(index: u64) -> Tx {
    let device = device(index);
    Tx {
        anchor: anchor_at(index),
        caller: Principal::from_slice(&[1, 2, 3]),
        operation: if index < 3 {
            Operation::Register {
                device,
                temporary_key: None,
            }
        } else {
            Operation::Add { device }
        },
    }
}

pub(crate) fn anchor_at(index: u64) -> AnchorNumber {
    AnchorNumber::new(LO + index % 3)
}

pub(crate) fn time_at(index: u64) -> TimestampNs {
    TimestampNs::new(1_700_000_000 * SECOND_NS + index * SECOND_NS)
}

/// A log with this many blocks.
pub(crate) fn log(length: u64) -> Vec<Block> {
    let mut parent = None;
    (0..length)
        .map(|index| {
            let block = Block::new(parent, time_at(index), &tx(index));
            parent = Some(block.hash());
            block
        })
        .collect()
}

pub(crate) fn encoded(blocks: &[Block]) -> Vec<EncodedBlock> {
    blocks.iter().map(Block::encode).collect()
}

pub(crate) fn tip_of(log: &[Block]) -> ShardTip {
    ShardTip {
        log_length: log.len() as u64,
        last_hash: log.last().map(Block::hash),
        next_anchor: AnchorNumber::new(LO + 3),
    }
}

/// The honest answer: blocks `[from, to)` of the log.
pub(crate) fn blocks(log: &[Block], from: usize, to: usize) -> FetchAnswer {
    FetchAnswer::Blocks {
        first_index: BlockIndex::new(from as u64),
        blocks: encoded(&log[from..to]),
        tip: tip_of(log),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a call comes to")]
pub(crate) fn reply(answer: &FetchAnswer) -> Result<Vec<u8>, CallFailure> {
    Ok(message::encode(answer))
}

pub(crate) fn unreachable_registry() -> Result<Vec<u8>, CallFailure> {
    Err(CallFailure {
        code: 6,
        message: "deadline expired".to_owned(),
    })
}

/// A world in which a test says what the registry answers and what time it is.
#[derive(Default)]
pub(crate) struct Mock {
    pub(crate) now: Cell<u64>,
    /// Nanoseconds until an answer comes.
    pub(crate) takes: Cell<u64>,
    pub(crate) answers: RefCell<VecDeque<Result<Vec<u8>, CallFailure>>>,
    pub(crate) requests: RefCell<Vec<(Principal, Vec<u8>)>>,
    pub(crate) certified: RefCell<Vec<[u8; 32]>>,
}

impl Mock {
    pub(crate) fn answering(
        answers: impl IntoIterator<Item = Result<Vec<u8>, CallFailure>>,
    ) -> Self {
        Self {
            now: Cell::new(time_at(1_000).get()),
            answers: RefCell::new(answers.into_iter().collect()),
            ..Self::default()
        }
    }

    pub(crate) fn wait(&self, nanoseconds: u64) {
        self.now.set(self.now.get() + nanoseconds);
    }
}

impl Runtime for Mock {
    fn now(&self) -> TimestampNs {
        TimestampNs::new(self.now.get())
    }

    fn instructions(&self) -> u64 {
        1_000
    }

    fn certify(&self, root: &CertifiedRoot) {
        self.certified.borrow_mut().push(root.hash());
    }

    /// Waits for ever when the test has given no more answers.
    async fn fetch_blocks(
        &self,
        registry: Principal,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, CallFailure> {
        self.requests.borrow_mut().push((registry, request));
        std::future::poll_fn(|_| match self.answers.borrow_mut().pop_front() {
            Some(answer) => {
                self.wait(self.takes.get());
                std::task::Poll::Ready(answer)
            }
            None => std::task::Poll::Pending,
        })
        .await
    }
}

/// The hash of a block that is in no log.
pub(crate) fn foreign_hash() -> BlockHash {
    BlockHash::new([9; 32])
}
