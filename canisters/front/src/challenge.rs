//! Registration challenges that need no memory until they are used.
//!
//! A challenge's key is `nonce (16) | expiry (8, big-endian) | captcha (1) | MAC (16)` in base64; the MAC, SipHash-2-4 with
//! 128 bits (docs/decisions/0025-ids-that-are-not-hashed.md), is over all that stands before it. Whether there is a captcha to
//! solve (1) or not (0) is decided when the challenge is issued, and without one there is no picture and every solution is right.
//! Solution and picture follow from the nonce, by `ChaCha20`. The keys of both live in the heap,
//! drawn anew after each upgrade, so that losing the spent set re-opens no challenge.
//!
//! A challenge is spent by its first use, right or wrong. What is remembered of a spent one, until it
//! expires, is who used it for which order and at which shard: a repeated `register` then finds its number. At most
//! [`SPENT_LIMIT`] are remembered; beyond that the ones that expire first are forgotten, and every challenge that
//! old is void from then on.

use crate::captcha;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use candid::Principal;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use siphasher::sip128::SipHasher24;
use std::collections::BTreeMap;
use types::front::ChallengeResult;
use types::{OrderId, TimestampNs};

/// How long a challenge is valid.
pub(crate) const LIFE_NS: u64 = 5 * 60 * 1_000_000_000;
/// Spent challenges that are remembered, about 200 bytes each.
pub(crate) const SPENT_LIMIT: usize = 100_000;
/// Expired entries that one use of a challenge forgets.
const FORGOTTEN_PER_USE: usize = 8;

const NONCE_LENGTH: usize = 16;
const ID_LENGTH: usize = NONCE_LENGTH + 9;

/// Which challenge: expiry first, so that the order of ids is the order of expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChallengeId {
    expires: TimestampNs,
    nonce: [u8; NONCE_LENGTH],
    has_captcha: bool,
}

/// A new challenge.
pub(crate) struct Issued {
    /// What the client sends back.
    pub(crate) key: String,
    /// The picture, PNG; empty without a captcha.
    pub(crate) png: Vec<u8>,
}

/// A captcha before it is drawn.
struct Riddle {
    solution: String,
    /// Goes on to draw the picture.
    rng: ChaCha20Rng,
}

/// What a spent challenge stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Spent without an order: a wrong solution.
    Wasted,
    /// Solved, and the order was refused in a way that can be retried: this caller may solve it again.
    Reopened { caller: Principal },
    /// Solved; this order was made of it.
    Ordered {
        caller: Principal,
        order: OrderId,
        /// The shard the order went to last; none yet if there was no open one.
        shard: Option<Principal>,
    },
}

/// Wrong, spent, expired, forged, or issued before the last upgrade. Retry with a new challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bad challenge")]
pub(crate) struct BadChallenge;

/// Who wants to use a challenge, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Who registers.
    pub(crate) caller: Principal,
    /// The order that a solved challenge turns into.
    pub(crate) order: OrderId,
}

/// What an earlier call with the same challenge, caller and key has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// It found no open shard.
    NoShard,
    /// It went to this shard last, and may have had its effect there.
    SentTo(Principal),
}

/// All challenges of one lifetime of the heap.
pub(crate) struct Challenges {
    /// Has its key and no message yet.
    mac: SipHasher24,
    /// What all pictures are drawn from, each by its nonce.
    picture_key: [u8; 32],
    used: BTreeMap<ChallengeId, Use>,
    /// Of which challenge each call that is under way makes an order: as many as there are open calls, so a list will do.
    under_way: Vec<ChallengeId>,
    /// Challenges that expire by then are void, because their use may have been forgotten.
    void_until: TimestampNs,
}

impl Challenges {
    /// No challenge used yet. The keys are random.
    pub(crate) fn new(mac_key: [u8; 16], picture_key: [u8; 32]) -> Self {
        Self {
            mac: SipHasher24::new_with_key(&mac_key),
            picture_key,
            used: BTreeMap::new(),
            under_way: Vec::new(),
            void_until: TimestampNs::new(0),
        }
    }

    /// A new challenge. The nonce must be random; it is never repeated then.
    pub(crate) fn issue(
        &self,
        nonce: [u8; NONCE_LENGTH],
        has_captcha: bool,
        now: TimestampNs,
    ) -> Issued {
        let id = ChallengeId {
            expires: now.saturating_add(LIFE_NS),
            nonce,
            has_captcha,
        };
        let mut key = id.to_bytes().to_vec();
        key.extend(self.mac(id).to_le_bytes());
        Issued {
            key: BASE64.encode(key),
            png: self
                .riddle(id)
                .map_or_else(Vec::new, |Riddle { solution, mut rng }| {
                    captcha::draw(&mut rng, &solution)
                }),
        }
    }

    /// Reads a challenge's key: ours, living, whatever was done with it. Changes nothing.
    pub(crate) fn identify(
        &self,
        key: &str,
        now: TimestampNs,
    ) -> Result<ChallengeId, BadChallenge> {
        let bytes = BASE64.decode(key).map_err(|_| BadChallenge)?;
        let (id, mac) = bytes.split_at_checked(ID_LENGTH).ok_or(BadChallenge)?;
        let id = ChallengeId::from_bytes(id).ok_or(BadChallenge)?;
        let mac = mac.try_into().map_err(|_| BadChallenge)?;
        // As numbers: compared in the same time wherever they differ.
        let is_ours = u128::from_le_bytes(mac) == self.mac(id);
        if !is_ours || id.expires <= now || id.expires <= self.void_until {
            return Err(BadChallenge);
        }
        Ok(id)
    }

    /// What became of this very order before, if the caller repeats itself.
    pub(crate) fn repeated(&self, id: ChallengeId, claim: Claim) -> Option<Earlier> {
        match self.used.get(&id) {
            Some(Use::Ordered {
                caller,
                order,
                shard,
            }) if *caller == claim.caller && *order == claim.order => {
                Some(shard.map_or(Earlier::NoShard, Earlier::SentTo))
            }
            _ => None,
        }
    }

    /// Spends the challenge. `Ok` if it was free for this caller and the solution is right (upper or
    /// lower case), or if it was issued without a captcha.
    pub(crate) fn spend(
        &mut self,
        id: ChallengeId,
        result: &ChallengeResult,
        claim: Claim,
        now: TimestampNs,
    ) -> Result<(), BadChallenge> {
        self.forget_expired(now);
        let free = match self.used.get(&id) {
            None => true,
            Some(Use::Reopened { caller }) => *caller == claim.caller,
            Some(Use::Wasted | Use::Ordered { .. }) => false,
        };
        if !free {
            return Err(BadChallenge);
        }
        let right = self.riddle(id).is_none_or(|Riddle { solution, rng: _ }| {
            solution.eq_ignore_ascii_case(result.chars.trim())
        });
        let Claim { caller, order } = claim;
        let used_for = if right {
            Use::Ordered {
                caller,
                order,
                shard: None,
            }
        } else {
            Use::Wasted
        };
        self.remember(id, used_for);
        if right { Ok(()) } else { Err(BadChallenge) }
    }

    /// Notes where the order goes, before it goes there.
    pub(crate) fn sent_to(&mut self, id: ChallengeId, claim: Claim, shard: Principal) {
        let Claim { caller, order } = claim;
        self.remember(
            id,
            Use::Ordered {
                caller,
                order,
                shard: Some(shard),
            },
        );
    }

    /// Makes a solved challenge valid again for its caller: nothing came of it.
    pub(crate) fn reopen(&mut self, id: ChallengeId, claim: Claim) {
        let Claim { caller, order: _ } = claim;
        self.remember(id, Use::Reopened { caller });
    }

    /// Notes that a call is making an order of a challenge; each beginning has its end.
    pub(crate) fn begin(&mut self, id: ChallengeId) {
        self.under_way.push(id);
    }

    /// Notes that such a call has its answer.
    pub(crate) fn end(&mut self, id: ChallengeId) {
        if let Some(place) = self.under_way.iter().position(|one| *one == id) {
            self.under_way.swap_remove(place);
        }
    }

    /// How many of them there are.
    pub(crate) fn calls_under_way(&self, id: ChallengeId) -> usize {
        self.under_way.iter().filter(|one| **one == id).count()
    }

    /// Spent challenges that are remembered, for the metrics.
    pub(crate) fn remembered(&self) -> usize {
        self.used.len()
    }

    fn remember(&mut self, id: ChallengeId, used_for: Use) {
        self.used.insert(id, used_for);
        while self.used.len() > SPENT_LIMIT {
            if let Some((id, _)) = self.used.pop_first() {
                self.void_until = self.void_until.max(id.expires);
            }
        }
    }

    fn forget_expired(&mut self, now: TimestampNs) {
        for _ in 0..FORGOTTEN_PER_USE {
            match self.used.first_entry() {
                Some(first) if first.key().expires <= now => first.remove(),
                _ => return,
            };
        }
    }

    /// What is to be solved; nothing without a captcha.
    fn riddle(&self, id: ChallengeId) -> Option<Riddle> {
        id.has_captcha.then(|| {
            let mut rng = ChaCha20Rng::from_seed(self.picture_key);
            let stream = id.nonce.first_chunk();
            rng.set_stream(stream.map_or(0, |bytes| u64::from_be_bytes(*bytes)));
            let solution = captcha::solution(&mut rng);
            Riddle { solution, rng }
        })
    }

    fn mac(&self, id: ChallengeId) -> u128 {
        self.mac.hash(&id.to_bytes()).as_u128()
    }
}

impl ChallengeId {
    /// Nonce, expiry and captcha, as they stand in the challenge's key.
    pub(crate) fn to_bytes(self) -> [u8; ID_LENGTH] {
        let mut bytes = [0; ID_LENGTH];
        bytes[..NONCE_LENGTH].copy_from_slice(&self.nonce);
        bytes[NONCE_LENGTH..ID_LENGTH - 1].copy_from_slice(&self.expires.get().to_be_bytes());
        bytes[ID_LENGTH - 1] = u8::from(self.has_captcha);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (nonce, rest) = bytes.split_at_checked(NONCE_LENGTH)?;
        let (has_captcha, expires) = rest.split_last()?;
        Some(Self {
            expires: TimestampNs::new(u64::from_be_bytes(expires.try_into().ok()?)),
            nonce: nonce.try_into().ok()?,
            has_captcha: match has_captcha {
                0 => false,
                1 => true,
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
