//! Which orders were carried out in the last ten minutes, and what was answered.
//!
//! `front` repeats an order when it cannot know what became of it. The repeated order gets the answer
//! of the first one; the same id with other contents is refused. Only orders that changed something are
//! remembered: refusing an order again is harmless, and refusals, which anybody can cause, must
//! not be able to fill the book.
//!
//! Entries lie in a [`Ring`] in the order of their times; the heap holds an index of those that have not expired, which is
//! rebuilt when the canister starts.
//!
//! ```text
//! entry: order id (32) | digest of its contents (16) | zeros (16) | time, ns (u64 LE) | answer
//! ```
//!
//! Earlier modules wrote a SHA-256 where the digest and the zeros are. In the ten minutes after an upgrade from one of these
//! an order is known by its id alone.

use crate::ring::{PushError, Ring};
use ic_stable_structures::Memory;
use minicbor::Encode;
use rustc_hash::FxBuildHasher;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;
use std::hash::Hasher;
use types::{OrderId, TimestampNs};

#[cfg(test)]
mod tests;

/// How long an order's answer is kept: longer than any call to the shard can be under way.
pub const KEPT_NS: u64 = 10 * 60 * 1_000_000_000;

/// Orders that can be remembered at once: more than 200 a second for ten minutes.
pub const CAPACITY: u64 = 1 << 17;

/// Expired entries that one message forgets at most. More than one, or a burst would never drain.
const PRUNED_PER_MESSAGE: usize = 2;

/// Bytes of a slot: an entry with the longest answer (a number) fits.
const SLOT_BYTES: usize = 112;

/// A digest of what an order asks for, without its id and the tip it expects.
///
/// SipHash-1-3 of 128 bits, with the key zero, over the method's name, a zero byte and the contents as CBOR. It finds a front that
/// uses an id twice by mistake, which happens to nobody by chance. It is not there against forgers: only front sends orders,
/// and who finds two contents with one digest gets the answer to his own first order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OrderDigest(pub [u8; 16]);

impl OrderDigest {
    /// The digest of an order of front's method `method`.
    pub fn of(method: &str, contents: &impl Encode<()>) -> Self {
        // Enough for a device: growing step by step would cost more than the encoding.
        let mut bytes = Vec::with_capacity(512);
        minicbor::encode(contents, &mut bytes).expect("writing to a vector does not fail");
        let mut hasher = SipHasher13::new();
        hasher.write(method.as_bytes());
        hasher.write(&[0]);
        hasher.write(&bytes);
        Self(hasher.finish128().as_bytes())
    }
}

/// What the book knows about an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// Nothing.
    New,
    /// It was carried out; this was the answer.
    Before(Vec<u8>),
    /// Its id was used for something else.
    Mismatch,
}

/// See the module's documentation.
pub struct OrderBook<M: Memory> {
    ring: Ring<M>,
    /// Heap only, rebuilt from the ring. A hash that is no secret will do: nobody but front makes ids.
    index: HashMap<OrderId, u64, FxBuildHasher>,
}

struct Entry {
    id: OrderId,
    /// None for one that an earlier module wrote.
    digest: Option<OrderDigest>,
    at: TimestampNs,
    answer: Vec<u8>,
}

impl<M: Memory> OrderBook<M> {
    /// Opens the book, or makes an empty one.
    pub fn init(memory: M, tails: M) -> Self {
        let ring = Ring::init(memory, tails, CAPACITY, SLOT_BYTES);
        // Newest first, and no further than to what was expired when the newest was written: an upgrade costs as much as
        // there were orders in ten minutes, not as many as the ring holds.
        let mut index = HashMap::with_hasher(FxBuildHasher);
        let mut newest = None;
        for at in (ring.first()..ring.next()).rev() {
            let Entry { id, at: time, .. } = entry(&ring, at);
            if expired(time, *newest.get_or_insert(time)) {
                break;
            }
            index.entry(id).or_insert(at);
        }
        Self { ring, index }
    }

    /// Looks an order up.
    pub fn look_up(&self, id: &OrderId, digest: &OrderDigest, now: TimestampNs) -> Seen {
        let Some(at) = self.index.get(id) else {
            return Seen::New;
        };
        let entry = entry(&self.ring, *at);
        if expired(entry.at, now) {
            Seen::New
        } else if entry.digest.is_none_or(|first| first == *digest) {
            Seen::Before(entry.answer)
        } else {
            Seen::Mismatch
        }
    }

    /// Makes sure that one more order can be remembered. Forgets a few expired ones on the way.
    pub fn reserve(&mut self, now: TimestampNs) -> Result<(), PushError> {
        let mut first = self.ring.first();
        for at in (first..self.ring.next()).take(PRUNED_PER_MESSAGE) {
            let Entry { id, at: time, .. } = entry(&self.ring, at);
            if !expired(time, now) {
                break;
            }
            // Its id may have been used again.
            if let Place::Occupied(place) = self.index.entry(id)
                && *place.get() == at
            {
                place.remove();
            }
            first = at + 1;
        }
        self.ring.forget_below(first);
        self.ring.reserve()
    }

    /// Remembers an order that was carried out. [`OrderBook::reserve`] came before it in this message.
    pub fn remember(&mut self, id: OrderId, digest: OrderDigest, now: TimestampNs, answer: &[u8]) {
        let mut bytes = Vec::with_capacity(SLOT_BYTES);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(&digest.0);
        bytes.extend_from_slice(&[0; 16]);
        bytes.extend_from_slice(&now.get().to_le_bytes());
        bytes.extend_from_slice(answer);
        let at = self.ring.push(&bytes).expect("the place was reserved");
        self.index.insert(id, at);
    }

    /// Number of orders remembered, expired ones that are still to be forgotten included.
    pub fn remembered(&self) -> u64 {
        self.ring.kept()
    }
}

fn expired(at: TimestampNs, now: TimestampNs) -> bool {
    now >= at.saturating_add(KEPT_NS)
}

fn entry<M: Memory>(ring: &Ring<M>, at: u64) -> Entry {
    let mut bytes = ring.get(at).expect("the index names kept entries only");
    let (id, rest) = bytes
        .split_first_chunk()
        .expect("an entry starts with an id");
    let (digest, rest) = rest.split_first_chunk().expect("then comes a digest");
    let (zeros, rest) = rest.split_first_chunk().expect("then come zeros");
    let (time, answer) = rest.split_first_chunk().expect("then comes a time");
    let digest = (*zeros == [0; 16]).then_some(OrderDigest(*digest));
    let (id, time) = (*id, *time);
    let head = bytes.len() - answer.len();
    bytes.drain(..head);
    Entry {
        id: OrderId::new(id),
        digest,
        at: TimestampNs::new(u64::from_le_bytes(time)),
        answer: bytes,
    }
}
