//! Who may act for which anchor, as the shards said a short while ago: a log-in that finds its answer here
//! asks nobody.
//!
//! Front is the only writer of the shards, so what is remembered stays true as long as these rules are kept:
//!
//! * an anchor is forgotten when an order for it is sent, and nothing is remembered for it while one is open or
//!   its outcome unknown (see [`crate::unsettled`]);
//! * the answer to a question that was asked before an order was sent is never remembered: the shard may have
//!   answered first;
//! * an answer that rests on a temporary key is never remembered, because it ends by itself;
//! * everything about a shard is forgotten when its log is not the one that front's orders explain (maintenance, repair),
//!   and everything at all when the routing table changes.
//!
//! Heap only. An entry lives for [`LIFE_NS`], which is also how late the shard may note a device's last use.

use candid::Principal;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;
use std::collections::{HashMap, VecDeque};
use types::registry::AuthenticatedBy;
use types::{AnchorNumber, TimestampNs};

/// How long an answer is remembered: 5 minutes.
pub(crate) const LIFE_NS: u64 = 5 * 60 * 1_000_000_000;
/// Answers that are remembered, about 150 bytes each. Beyond it the oldest gives way.
pub(crate) const LIMIT: usize = 10_000;
/// Orders that are compared with a question; a question that is older than all of them is void.
const ORDERS_COMPARED: usize = 1_000;
/// Expired answers that one new answer forgets.
const FORGOTTEN_PER_ANSWER: usize = 8;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct AuthCache {
    anchors: HashMap<AnchorNumber, SmallVec<[Known; 1]>, FxBuildHasher>,
    /// Every answer in `anchors` and some that are forgotten already, oldest first.
    by_age: VecDeque<(AnchorNumber, Known)>,
    /// Anchors for which an order was sent, with the number of that event.
    ordered: VecDeque<(u64, AnchorNumber)>,
    events: u64,
    /// Questions that were asked before this event are void.
    void_before: u64,
}

/// The shard of this anchor lets this caller act until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    caller: Principal,
    shard: Principal,
    until: TimestampNs,
}

/// A question that is about to be asked, when no order for the anchor is open.
#[derive(Debug)]
#[must_use = "its answer can be remembered"]
pub(crate) struct Question {
    shard: Principal,
    anchor: AnchorNumber,
    caller: Principal,
    asked: u64,
}

impl AuthCache {
    /// Whether the caller may act for the anchor, as far as is known. No says nothing.
    pub(crate) fn knows(&self, anchor: AnchorNumber, caller: Principal, now: TimestampNs) -> bool {
        let known = self
            .anchors
            .get(&anchor)
            .map_or(&[][..], SmallVec::as_slice);
        known
            .iter()
            .any(|known| known.caller == caller && now < known.until)
    }

    /// Notes that a shard is asked now whether the caller may act for the anchor.
    pub(crate) fn asks(
        &self,
        shard: Principal,
        anchor: AnchorNumber,
        caller: Principal,
    ) -> Question {
        Question {
            shard,
            anchor,
            caller,
            asked: self.events,
        }
    }

    /// Remembers a yes, unless it may be out of date or rests on a temporary key.
    pub(crate) fn learn(&mut self, question: Question, by: AuthenticatedBy, now: TimestampNs) {
        let Question {
            shard,
            anchor,
            caller,
            asked,
        } = question;
        let newest_first = self.ordered.iter().rev();
        let mut later = newest_first.take_while(|(event, _)| *event > asked);
        let is_void = asked < self.void_before
            || later.any(|(_, ordered)| *ordered == anchor)
            || by == AuthenticatedBy::TemporaryKey;
        if is_void {
            return;
        }
        let known = Known {
            caller,
            shard,
            until: now.saturating_add(LIFE_NS),
        };
        let of_anchor = self.anchors.entry(anchor).or_default();
        of_anchor.retain(|known| known.caller != caller);
        of_anchor.push(known);
        self.by_age.push_back((anchor, known));
        self.make_room(now);
    }

    /// An order for the anchor is sent now.
    pub(crate) fn order_sent(&mut self, anchor: AnchorNumber) {
        self.anchors.remove(&anchor);
        self.events += 1;
        self.ordered.push_back((self.events, anchor));
        if self.ordered.len() > ORDERS_COMPARED
            && let Some((event, _)) = self.ordered.pop_front()
        {
            self.void_before = self.void_before.max(event);
        }
    }

    /// Forgets everything that a shard said, also what it is saying now.
    pub(crate) fn forget_shard(&mut self, shard: Principal) {
        self.anchors.retain(|_, known| {
            known.retain(|known| known.shard != shard);
            !known.is_empty()
        });
        self.void_questions();
    }

    /// Forgets everything, also what is being said now.
    pub(crate) fn forget_all(&mut self) {
        self.anchors.clear();
        self.by_age.clear();
        self.void_questions();
    }

    /// Answers that are remembered, expired ones that wait to be forgotten included.
    pub(crate) fn len(&self) -> usize {
        self.anchors.values().map(SmallVec::len).sum()
    }

    fn void_questions(&mut self) {
        self.events += 1;
        self.void_before = self.events;
    }

    fn make_room(&mut self, now: TimestampNs) {
        for _ in 0..FORGOTTEN_PER_ANSWER {
            match self.by_age.front() {
                Some((_, oldest)) if oldest.until <= now || self.by_age.len() > LIMIT => {}
                _ => return,
            }
            let Some((anchor, oldest)) = self.by_age.pop_front() else {
                return;
            };
            if let Some(known) = self.anchors.get_mut(&anchor) {
                known.retain(|known| *known != oldest);
                if known.is_empty() {
                    self.anchors.remove(&anchor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
