//! A shard: everything this canister knows, and the steps that every order and question goes through.

use crate::activity::{Activity, Use};
use crate::archives::Archives;
use crate::counters;
use crate::log::Log;
use crate::memory::Memories;
use crate::orders::{OrderBook, OrderDigest, Seen};
use crate::registration_modes::RegistrationModes;
use crate::ring::PushError;
use crate::settings::Settings;
use crate::stored::Stored;
use crate::temporary_keys::TemporaryKeys;
use anchors::{AnchorRecord, AnchorStore, Change, Limits, OpenError, OverBudget};
use canister_kit::counters::Counters;
use canister_kit::guards::Peer;
use ic_stable_structures::{Memory, StableCell};
use minicbor::{Decode, Encode};
use oplog::{Operation, Tx};
use types::registry::{RegistryError, RegistryInit, RegistrySettings, SettingsError, ShardTip};
use types::{AnchorNumber, OrderId, Principal, TimestampNs};

#[cfg(test)]
mod tests;

/// See the module's documentation. Generic over the memory, so that its tests need no canister.
pub struct Shard<M: Memory> {
    /// The anchors.
    pub anchors: AnchorStore<M>,
    /// The log of their changes.
    pub log: Log<M>,
    /// Orders of the last minutes.
    pub orders: OrderBook<M>,
    /// Heap only: see the module's documentation.
    pub temporary_keys: TemporaryKeys,
    /// Open registrations of devices on other machines.
    pub registration_modes: RegistrationModes<M>,
    /// How many anchors and devices are active.
    pub activity: Activity<M>,
    /// Counters for `/metrics`.
    pub counters: Counters<M>,
    settings: StableCell<Stored<Settings>, M>,
    archives: StableCell<Stored<Archives>, M>,
}

/// Why a shard does not start. Not worth a retry with the same module and argument.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StartError {
    /// The stable memory is not a shard's.
    #[error(transparent)]
    Anchors(#[from] OpenError),
    /// The settings make no sense.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// An order that was not carried out before, and may be now.
#[must_use = "an order that is carried out is remembered by Shard::finish"]
pub struct NewOrder {
    id: OrderId,
    digest: OrderDigest,
}

/// What became of an order so far.
pub enum Begun<T> {
    /// It was carried out with this answer.
    Before(T),
    /// Nothing.
    New(NewOrder),
}

impl<M: Memory> Shard<M> {
    /// A new shard, in memories that hold nothing.
    pub fn create(memories: Memories<M>, init: &RegistryInit) -> Result<Self, StartError> {
        let RegistryInit {
            range,
            front,
            settings,
        } = init;
        let Memories {
            anchors,
            anchor_tails,
            passkeys,
            ..
        } = &memories;
        let sizes = [anchors, anchor_tails, passkeys].map(Memory::size);
        assert_eq!(sizes, [0; 3], "not empty");
        let mut shard = Self::assemble(memories, *front, |memory, tails, passkeys| {
            AnchorStore::create(memory, tails, passkeys, *range)
        })?;
        shard.configure(settings)?;
        Ok(shard)
    }

    /// The shard that these memories hold, with what `wish` names replaced.
    pub fn open(
        memories: Memories<M>,
        wish: Option<&RegistrySettings>,
    ) -> Result<Self, StartError> {
        // No message has this sender.
        let nobody = Principal::management_canister();
        let mut shard = Self::assemble(memories, nobody, AnchorStore::open)?;
        if let Some(wish) = wish {
            shard.configure(wish)?;
        }
        Ok(shard)
    }

    /// `front` counts only where no settings are stored yet.
    fn assemble(
        memories: Memories<M>,
        front: Principal,
        open_anchors: impl FnOnce(M, M, M) -> Result<AnchorStore<M>, OpenError>,
    ) -> Result<Self, OpenError> {
        let Memories {
            settings,
            archives,
            counters,
            anchors,
            anchor_tails,
            blocks,
            block_tails,
            orders,
            order_tails,
            registration_modes,
            registration_mode_ends,
            activity,
            passkeys,
        } = memories;
        Ok(Self {
            anchors: open_anchors(anchors, anchor_tails, passkeys)?,
            log: Log::init(blocks, block_tails),
            orders: OrderBook::init(orders, order_tails),
            temporary_keys: TemporaryKeys::default(),
            registration_modes: RegistrationModes::init(registration_modes, registration_mode_ends),
            activity: Activity::open(activity),
            counters: Counters::open(counters),
            settings: StableCell::init(settings, Stored(Settings::new(front))),
            archives: StableCell::init(archives, Stored(Archives::default())),
        })
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings.get().0
    }

    /// The archives and how far they are.
    pub fn archives(&self) -> &Archives {
        &self.archives.get().0
    }

    /// Stores what changed about the archives.
    pub fn set_archives(&mut self, archives: Archives) {
        self.archives.set(Stored(archives));
    }

    /// Replaces the settings that `wish` names, all or none of them.
    pub fn configure(&mut self, wish: &RegistrySettings) -> Result<(), SettingsError> {
        let settings = self.settings().with(wish)?;
        let archives = match &wish.archives {
            Some(links) => {
                let mut archives = self.archives().clone();
                archives.set(links)?;
                Some(archives)
            }
            None => None,
        };
        // The last step that can fail: from here on everything is stored.
        if let Some(end) = wish.range_end {
            self.anchors.widen(end)?;
        }
        if let Some(archives) = archives {
            self.set_archives(archives);
        }
        self.settings.set(Stored(settings));
        Ok(())
    }

    /// The limits that the device rules take from the settings.
    pub fn limits(&self) -> Limits {
        Limits {
            devices_per_anchor: self.settings().max_devices,
            operations_per_day: self.settings().operations_per_day(),
        }
    }

    /// Where the log ends and which number comes next.
    pub fn tip(&self) -> ShardTip {
        ShardTip {
            log_length: self.log.length(),
            last_hash: self.log.last_hash(),
            next_anchor: self.anchors.next(),
        }
    }

    /// Blocks that no archive has.
    pub fn unarchived(&self) -> u64 {
        self.log.length().saturating_sub(self.archives().archived())
    }

    /// Refuses if the shard lacks what front has seen of it: then it was rolled back, and answering
    /// could give a number to a second person.
    pub fn continues(
        &self,
        _front: Peer,
        expected: Option<&ShardTip>,
    ) -> Result<(), RegistryError> {
        let Some(expected) = expected else {
            return Ok(());
        };
        let ShardTip {
            log_length,
            last_hash,
            next_anchor,
        } = *expected;
        // Blocks below the ones held were archived and cannot be compared here. Front expects a tip that old
        // only if it was rolled back itself.
        let other_block =
            log_length >= self.log.first_kept() && self.log.hash_before(log_length) != last_hash;
        if log_length > self.log.length() || next_anchor > self.anchors.next() || other_block {
            return Err(RegistryError::RolledBack);
        }
        Ok(())
    }

    /// The first step of an order: what came of it if it was carried out before.
    pub fn begin<T: for<'b> Decode<'b, ()>>(
        &mut self,
        front: Peer,
        id: OrderId,
        digest: OrderDigest,
        expected: Option<&ShardTip>,
        now: TimestampNs,
    ) -> Result<Begun<T>, RegistryError> {
        self.continues(front, expected)?;
        match self.orders.look_up(&id, &digest, now) {
            Seen::New => Ok(Begun::New(NewOrder { id, digest })),
            Seen::Before(answer) => {
                self.counters.add(counters::REPEATED_ORDERS, 1);
                let answer =
                    minicbor::decode(&answer).expect("an answer that was written by finish");
                Ok(Begun::Before(answer))
            }
            Seen::Mismatch => Err(RegistryError::OrderMismatch),
        }
    }

    /// The second step: whether orders are taken now. There is room for the block and for the
    /// answer afterwards.
    pub fn accepts_orders(&mut self, now: TimestampNs) -> Result<(), RegistryError> {
        if self.settings().maintenance {
            return Err(RegistryError::Maintenance);
        }
        let (unarchived, limit) = (self.unarchived(), self.settings().backlog_limit);
        if unarchived >= limit {
            return Err(RegistryError::Backlog { unarchived, limit });
        }
        self.log.reserve().map_err(|error| match error {
            // Only while nothing may be forgotten because an archive's chain differs.
            PushError::Full { capacity } => RegistryError::Backlog {
                unarchived: self.log.length() - self.log.first_kept(),
                limit: capacity,
            },
            PushError::OutOfMemory(_) => RegistryError::OutOfMemory,
        })?;
        // A full book is short of room too, until its oldest entries expire.
        self.orders
            .reserve(now)
            .map_err(|_| RegistryError::OutOfMemory)
    }

    /// The last step, in the same message as the change itself: chains the block and remembers the
    /// answer.
    pub fn finish<T: Encode<()>>(
        &mut self,
        order: NewOrder,
        tx: &Tx,
        answer: &T,
        now: TimestampNs,
    ) {
        self.log
            .append(tx, now)
            .expect("accepts_orders made sure of the room");
        self.remember(order, answer, now);

        self.counters.add(counters::operation(&tx.operation), 1);
    }

    /// The last step of an order that changes nothing public: remembers the answer.
    pub fn remember<T: Encode<()>>(
        &mut self,
        NewOrder { id, digest }: NewOrder,
        answer: &T,
        now: TimestampNs,
    ) {
        let answer = minicbor::to_vec(answer).expect("writing to a vector does not fail");
        self.orders.remember(id, digest, now, &answer);
    }

    /// Refuses anchors of other shards.
    pub fn is_mine(&self, anchor: AnchorNumber) -> Result<(), RegistryError> {
        let range = self.anchors.range();
        if range.contains(anchor) {
            Ok(())
        } else {
            Err(RegistryError::NotMine { range })
        }
    }

    /// What is stored about an anchor.
    ///
    /// # Panics
    /// If the record cannot be read: the stable memory is damaged.
    pub fn record(&self, anchor: AnchorNumber) -> Option<AnchorRecord> {
        let record = self.anchors.get(anchor);
        record.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Whether `caller` may act for `anchor`, one of the shard's. Panics as [`Shard::record`] does.
    pub fn authenticate(
        &self,
        anchor: AnchorNumber,
        caller: Principal,
        now: TimestampNs,
    ) -> Result<anchors::Authenticated, RegistryError> {
        self.is_mine(anchor)?;
        let record = self.record(anchor).ok_or(RegistryError::Unauthorized)?;
        let temporary = self.temporary_keys.device(anchor, caller, now);
        anchors::authenticate(anchor, record, caller, temporary)
            .map_err(|_| RegistryError::Unauthorized)
    }

    /// Takes an operation from the anchor's budget of the day, to be written with the change.
    pub fn charge(
        &self,
        proof: anchors::Authenticated,
        now: TimestampNs,
    ) -> Result<anchors::Authenticated, RegistryError> {
        proof
            .charge(self.limits(), now)
            .map_err(
                |OverBudget { limit, resets_at }| RegistryError::OperationBudget {
                    limit,
                    resets_at,
                },
            )
    }

    /// Writes a changed anchor, and counts the use of the device that changed it.
    pub fn write(
        &mut self,
        change: &Change,
        used: Use,
        now: TimestampNs,
    ) -> Result<(), RegistryError> {
        self.anchors
            .update(change)
            .map_err(|_| RegistryError::OutOfMemory)?;
        self.activity.note(used, now);
        Ok(())
    }

    /// Notes the use of a device. No user is refused because there was no room for that.
    pub fn record_use(&mut self, proof: anchors::Authenticated, now: TimestampNs) {
        let used = Use::of(&proof);
        if self.write(&proof.used(now), used, now).is_err() {
            self.counters.add(counters::LOST_USES, 1);
        }
    }
}

/// What the log says about `operation`.
pub fn transaction(anchor: AnchorNumber, caller: Principal, operation: Operation) -> Tx {
    Tx {
        anchor,
        caller,
        operation,
    }
}
