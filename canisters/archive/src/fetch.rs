//! One answer of the registry, judged and taken in.
//!
//! Whatever the registry sends, nothing here traps: a trap would discard the counter that tells the operator.

use ic_stable_structures::Memory;
use types::archive::FetchFailure;
use types::message::{self, MessageError};
use types::registry::{FetchAnswer, FetchBlocks, ShardTip};
use types::{BlockIndex, EncodedBlock, TimestampNs};

use crate::counters;
use crate::runtime::CallFailure;
use crate::state::State;
use crate::store::AppendError;

#[cfg(test)]
mod tests;

/// What an answer came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Blocks were stored, and the registry has more.
    More,
    /// The archive has everything.
    UpToDate,
    /// The answer was refused, perhaps after some of its blocks were stored.
    Failed(FetchFailure),
}

/// A reject message is shown in public and kept in the heap: no more than this many characters of it.
const MESSAGE_CHARACTERS: usize = 200;

impl<M: Memory> State<M> {
    /// The question that asks for what follows, and by that acknowledges what is here.
    pub fn next_request(&self) -> FetchBlocks {
        FetchBlocks {
            next_index: self.store.next_index(),
            last_hash: self.store.last_hash(),
            limit: self.config.fetch_limit,
            first_index: Some(self.store.first_index()),
        }
    }

    /// Takes the registry's answer to `request` in and counts what became of it.
    pub fn take_answer(
        &mut self,
        request: &FetchBlocks,
        answer: Result<Vec<u8>, CallFailure>,
        now: TimestampNs,
    ) -> Taken {
        let before = self.store.len();
        let judged = self.judge(request, answer);
        self.counters
            .add(counters::BLOCKS_STORED, self.store.len() - before);
        match judged {
            Ok(tip) => {
                self.counters.add(counters::FETCHES, 1);
                self.counters.set(counters::LAST_SUCCESS_NS, now.get());
                self.counters
                    .set(counters::REGISTRY_LOG_LENGTH, tip.log_length);
                self.registry_tip = Some(tip);
                self.last_failure = None;
                if tip.log_length > self.store.next_index().get() {
                    Taken::More
                } else {
                    Taken::UpToDate
                }
            }
            Err(failure) => {
                self.counters.add(counters::slot_of(&failure), 1);
                self.last_failure = Some(failure.clone());
                Taken::Failed(failure)
            }
        }
    }

    fn judge(
        &mut self,
        request: &FetchBlocks,
        answer: Result<Vec<u8>, CallFailure>,
    ) -> Result<ShardTip, FetchFailure> {
        match read(answer)? {
            FetchAnswer::Blocks {
                first_index,
                blocks,
                tip,
            } => {
                if first_index != self.store.next_index() {
                    return Err(FetchFailure::WrongIndex { found: first_index });
                }
                let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
                let is_empty = blocks.is_empty();
                for block in blocks.into_iter().take(limit) {
                    self.store_block(&block)?;
                }
                self.agrees(is_empty, tip)
            }
            FetchAnswer::Diverged { index, ours } => Err(FetchFailure::Diverged {
                index,
                theirs: ours,
            }),
            FetchAnswer::Pruned { first_kept } => Err(FetchFailure::Pruned { first_kept }),
            FetchAnswer::NotYourRange { reason } => Err(FetchFailure::NotYourRange { reason }),
            FetchAnswer::UnsupportedVersion { supported } => {
                Err(FetchFailure::UnsupportedVersion { supported })
            }
            FetchAnswer::Malformed => Err(FetchFailure::MalformedRequest),
        }
    }

    fn store_block(&mut self, block: &EncodedBlock) -> Result<(), FetchFailure> {
        let index = self.store.next_index();
        self.store
            .append(block.as_slice())
            .map_err(|error| match error {
                AppendError::Undecodable => FetchFailure::UndecodableBlock { index },
                AppendError::ChainMismatch => FetchFailure::ChainMismatch { index },
                AppendError::ForeignAnchor(anchor) => FetchFailure::ForeignAnchor { index, anchor },
                AppendError::AtCapacity => FetchFailure::AtCapacity,
            })
    }

    /// Whether the registry's tip fits what is stored here now.
    fn agrees(&self, nothing_came: bool, tip: ShardTip) -> Result<ShardTip, FetchFailure> {
        let next = self.store.next_index().get();
        if tip.log_length > next {
            // The log goes on and yet nothing came: asking again at once would never end.
            return if nothing_came {
                Err(FetchFailure::WrongIndex {
                    found: BlockIndex::new(tip.log_length),
                })
            } else {
                Ok(tip)
            };
        }
        if tip.log_length == next && tip.last_hash == self.store.last_hash() {
            Ok(tip)
        } else {
            Err(FetchFailure::Diverged {
                index: BlockIndex::new(next.saturating_sub(1)),
                theirs: tip.last_hash.filter(|_| tip.log_length == next),
            })
        }
    }
}

fn read(answer: Result<Vec<u8>, CallFailure>) -> Result<FetchAnswer, FetchFailure> {
    let bytes = answer.map_err(|CallFailure { code, message }| FetchFailure::CallFailed {
        code,
        message: message.chars().take(MESSAGE_CHARACTERS).collect(),
    })?;
    message::decode(&bytes).map_err(|error| match error {
        MessageError::UnsupportedVersion { .. } => FetchFailure::UnsupportedVersion {
            supported: message::VERSION,
        },
        MessageError::Empty
        | MessageError::Malformed { .. }
        | MessageError::TrailingBytes { .. } => FetchFailure::UndecodableAnswer,
    })
}
