//! Who gets the calls that may be open at a shard at once.
//!
//! A shard takes only so many, and front has to ask it about everybody who claims to have a device. So that strangers and
//! single users cannot take what others need, the calls are shared out:
//!
//! | on whose behalf | open at once |
//! |---|---|
//! | all together | [`LIMIT`] |
//! | new devices of anchors whose registration front has not seen opened | [`ANYBODYS_LIMIT`] |
//! | callers who claim a device that front has not seen | [`STRANGERS_LIMIT`] |
//! | somebody who registers, or a device that front has seen | [`DEVICES_LIMIT`] |
//! | new devices of an anchor whose registration front has seen opened | [`DEVICES_LIMIT`] |
//!
//! Who registers has solved a challenge and taken a token, but may repeat the call for nothing. Opening the registration of new
//! devices is an operation of a device's; that it was opened since front's last upgrade is known until the shard says that it is over. A device was seen if its shard let it act for its anchor since front's last upgrade, and has not refused it since. That it
//! was says nothing about whether it still may: the shard is asked all the same. What is kept of it is a hash of 64 bits in a table of fixed size,
//! where a newer one takes the place of an older one. The hash has a secret key, so nobody can choose whose place he takes.
//!
//! Heap only. Right after an upgrade everybody is a stranger.

use crate::state::Shared;
use candid::Principal;
use siphasher::sip::SipHasher13;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::rc::Rc;
use types::AnchorNumber;

/// Open calls per shard. The system's queue holds 500; what is left is for the collector and for controllers.
pub(crate) const LIMIT: u32 = 400;
/// Open calls per shard for new devices of anchors whose registration front has not seen opened.
pub(crate) const ANYBODYS_LIMIT: u32 = 100;
/// Open calls per shard of callers who claim a device that front has not seen.
pub(crate) const STRANGERS_LIMIT: u32 = 200;
/// Open calls of somebody who registers or of a device that front has seen, at all shards, and for new devices of an anchor. Devices
/// of an anchor do not share: a thief's must not be able to keep the owner's from throwing it out.
pub(crate) const DEVICES_LIMIT: u32 = 10;

/// Parts of the table of seen devices, 4 KiB each, which are made when they are needed.
const PARTS: usize = 256;
/// Devices in a part.
const PLACES: usize = 512;

/// Stands in the place of a caller for an anchor's open registration of new devices. The management canister has no device.
pub(crate) const REGISTRATION: Principal = Principal::management_canister();

/// On whose behalf front calls a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// Somebody who registers.
    Newcomer {
        /// Who calls.
        caller: Principal,
    },
    /// Somebody who wants to add a device, and needs none for it.
    NewDevice {
        /// To this anchor.
        anchor: AnchorNumber,
    },
    /// Somebody who claims to have a device.
    Device {
        /// Of this anchor.
        anchor: AnchorNumber,
        /// Who calls.
        caller: Principal,
    },
}

/// How a sender's calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Anybody,
    Stranger,
    Known(Owner),
}

/// Who has calls of his own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Caller(Principal),
    /// New devices of an anchor.
    Registration(AnchorNumber),
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    /// Of every shard that was ever called.
    open: BTreeMap<Principal, Open>,
    of_owners: BTreeMap<Owner, u32>,
    seen: Option<Seen>,
}

/// Open calls at one shard.
#[derive(Debug, Default, Clone, Copy)]
struct Open {
    all: u32,
    anybodys: u32,
    strangers: u32,
}

impl Crowd {
    /// Calls to a shard that wait for their answer.
    pub(crate) fn open_calls(&self, shard: Principal) -> u32 {
        self.open.get(&shard).map_or(0, |open| open.all)
    }

    /// Notes that a shard let this caller act for the anchor, or opened its [`REGISTRATION`]. `key` is asked for once: without one nothing is noted.
    pub(crate) fn saw(
        &mut self,
        anchor: AnchorNumber,
        caller: Principal,
        key: impl FnOnce() -> Option<[u8; 16]>,
    ) {
        if self.seen.is_none() {
            self.seen = key().map(Seen::new);
        }
        if let Some(seen) = &mut self.seen {
            seen.add(anchor, caller);
        }
    }

    /// Notes that a shard did not let this caller act for the anchor, or that its [`REGISTRATION`] is over.
    pub(crate) fn turned_away(&mut self, anchor: AnchorNumber, caller: Principal) {
        if let Some(seen) = &mut self.seen {
            seen.remove(anchor, caller);
        }
    }

    fn standing(&self, sender: Sender) -> Standing {
        match sender {
            Sender::Newcomer { caller } => Standing::Known(Owner::Caller(caller)),
            Sender::NewDevice { anchor } if self.has_seen(anchor, REGISTRATION) => {
                Standing::Known(Owner::Registration(anchor))
            }
            Sender::NewDevice { .. } => Standing::Anybody,
            Sender::Device { anchor, caller } if self.has_seen(anchor, caller) => {
                Standing::Known(Owner::Caller(caller))
            }
            Sender::Device { .. } => Standing::Stranger,
        }
    }

    fn has_seen(&self, anchor: AnchorNumber, caller: Principal) -> bool {
        let seen = self.seen.as_ref();
        seen.is_some_and(|seen| seen.has(anchor, caller))
    }

    /// Counts one call more, if there is room for it.
    fn begin(&mut self, shard: Principal, sender: Sender) -> Option<Standing> {
        let standing = self.standing(sender);
        let open = self.open.get(&shard).copied().unwrap_or_default();
        let has_room = open.all < LIMIT
            && match standing {
                Standing::Anybody => open.anybodys < ANYBODYS_LIMIT,
                Standing::Stranger => open.strangers < STRANGERS_LIMIT,
                Standing::Known(owner) => {
                    let of_owner = self.of_owners.get(&owner);
                    of_owner.is_none_or(|open| *open < DEVICES_LIMIT)
                }
            };
        if !has_room {
            return None;
        }
        let open = self.open.entry(shard).or_default();
        open.all += 1;
        match standing {
            Standing::Anybody => open.anybodys += 1,
            Standing::Stranger => open.strangers += 1,
            Standing::Known(owner) => *self.of_owners.entry(owner).or_default() += 1,
        }
        Some(standing)
    }

    fn end(&mut self, shard: Principal, standing: Standing) {
        if let Some(open) = self.open.get_mut(&shard) {
            open.all = open.all.saturating_sub(1);
            match standing {
                Standing::Known(_) => {}
                Standing::Anybody => open.anybodys = open.anybodys.saturating_sub(1),
                Standing::Stranger => open.strangers = open.strangers.saturating_sub(1),
            }
        }
        if let Standing::Known(owner) = standing
            && let Some(open) = self.of_owners.get_mut(&owner)
        {
            *open = open.saturating_sub(1);
            if *open == 0 {
                self.of_owners.remove(&owner);
            }
        }
    }
}

/// Devices that front has seen, by hashes.
#[derive(Debug)]
struct Seen {
    key: [u8; 16],
    parts: Vec<Option<Box<[u64; PLACES]>>>,
}

impl Seen {
    fn new(key: [u8; 16]) -> Self {
        Self {
            key,
            parts: vec![None; PARTS],
        }
    }

    /// The device's hash, its part and its place there. No hash is 0, which stands for nobody.
    fn place(&self, anchor: AnchorNumber, caller: Principal) -> (u64, usize, usize) {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write(&anchor.get().to_le_bytes());
        hasher.write(caller.as_slice());
        let hash = hasher.finish().max(1);
        let [part, low, high, ..] = hash.to_le_bytes();
        let place = usize::from(u16::from_le_bytes([low, high])) % PLACES;
        (hash, usize::from(part), place)
    }

    fn has(&self, anchor: AnchorNumber, caller: Principal) -> bool {
        let (hash, part, place) = self.place(anchor, caller);
        let part = self.parts[part].as_ref();
        part.is_some_and(|part| part[place] == hash)
    }

    fn add(&mut self, anchor: AnchorNumber, caller: Principal) {
        let (hash, part, place) = self.place(anchor, caller);
        let part = self.parts[part].get_or_insert_with(|| Box::new([0; PLACES]));
        // A page of the heap that is not written costs nothing.
        if part[place] != hash {
            part[place] = hash;
        }
    }

    fn remove(&mut self, anchor: AnchorNumber, caller: Principal) {
        let (hash, part, place) = self.place(anchor, caller);
        if let Some(part) = &mut self.parts[part]
            && part[place] == hash
        {
            part[place] = 0;
        }
    }
}

/// One of the open calls to a shard. Ends when dropped, also by a trap after the await; every call is
/// bounded in time, so none stays for ever.
pub(crate) struct OpenCall {
    state: Shared,
    shard: Principal,
    standing: Standing,
}

impl OpenCall {
    /// `None` if there is no room for the sender.
    pub(crate) fn begin(state: &Shared, shard: Principal, sender: Sender) -> Option<Self> {
        let standing = state.borrow_mut().crowd.begin(shard, sender)?;
        Some(Self {
            state: Rc::clone(state),
            shard,
            standing,
        })
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let mut state = self.state.borrow_mut();
        state.crowd.end(self.shard, self.standing);
    }
}

#[cfg(test)]
mod tests;
