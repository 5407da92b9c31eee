//! `create_challenge` and `register`.

use crate::challenge::{BadChallenge, ChallengeId, Claim, Earlier, Issued};
use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::services::{self, Service};
use crate::shards::{self, ShardFailure};
use crate::state::{Randomness, Shared, State};
use crate::{metrics, order_id, randomness};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use candid::Principal;
use canister_kit::sorted::sorted_by_key;
use types::front::{Challenge, ChallengeResult, RegisterResponse, ShardRoute, ShardState};
use types::registry::{CreateAnchor, RegistryError};
use types::{AnchorNumber, DeviceData, OrderId, TimestampNs};

/// The arguments of `register`, and who called it.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    /// Who called.
    pub(crate) caller: Principal,
    /// The first device of the new anchor.
    pub(crate) device: DeviceData,
    /// The challenge and its solution.
    pub(crate) solution: ChallengeResult,
    /// A key that may act for the device for some minutes.
    pub(crate) temporary_key: Option<Principal>,
}

/// A new challenge. Waits for randomness only once after each upgrade.
pub(crate) async fn create_challenge<R: Runtime>(
    runtime: &R,
    state: &Shared,
) -> Result<Challenge, Refusal> {
    services::check(runtime, state, Service::Registration)?;
    randomness::ensure(runtime, state)
        .await
        .map_err(|_| Refusal::NoRandomness)?;
    let mut state = state.borrow_mut();
    let now = runtime.now();
    let needs_captcha = state.needs_captcha(now);
    let Some(Randomness { rng, challenges }) = &mut state.randomness else {
        return Err(Refusal::NoRandomness);
    };
    let Issued { key, png } = challenges.issue(randomness::draw(rng), needs_captcha, now);
    state.counters.add(metrics::CHALLENGES, 1);
    Ok(Challenge {
        png_base64: BASE64.encode(png),
        challenge_key: key,
    })
}

/// Registers an anchor, and counts how it went.
pub(crate) async fn register<R: Runtime>(
    runtime: &R,
    state: &Shared,
    registration: Registration,
) -> Result<RegisterResponse, Refusal> {
    let result = admit_and_order(runtime, state, registration).await;
    let slot = match &result {
        Ok(RegisterResponse::Registered { .. }) => metrics::REGISTERED,
        Ok(RegisterResponse::CanisterFull) => metrics::REGISTER_FULL,
        Ok(RegisterResponse::BadChallenge) => metrics::REGISTER_BAD_CHALLENGE,
        Err(Refusal::RateLimited) => metrics::REGISTER_RATE_LIMITED,
        Err(Refusal::OutcomeUnknown) => metrics::REGISTER_UNKNOWN,
        Err(_) => metrics::REGISTER_REFUSED,
    };
    state.borrow().counters.add(slot, 1);
    result
}

async fn admit_and_order<R: Runtime>(
    runtime: &R,
    state: &Shared,
    registration: Registration,
) -> Result<RegisterResponse, Refusal> {
    services::check(runtime, state, Service::Registration)?;
    let admitted = admit(&mut state.borrow_mut(), &registration, runtime.now())?;
    let Ok(Admitted { id, claim, earlier }) = admitted else {
        return Ok(RegisterResponse::BadChallenge);
    };
    // Not in the head of the loop: there the borrow would live as long as the loop.
    let candidates = candidates(&state.borrow(), claim.order, earlier);
    let under_way = UnderWay::begin(state, id);
    let mut busy = None;
    for shard in candidates {
        note_sent(state, id, claim, shard);
        let order = create_anchor(runtime, state, shard, claim, &registration);
        match order.await {
            Ok(user_number) => {
                // A repetition may have been answered with the number of the first call.
                if earlier.is_none()
                    && let Some(rates) = &mut state.borrow_mut().rates
                {
                    rates.count(runtime.now());
                }
                return Ok(RegisterResponse::Registered { user_number });
            }
            Err(ShardFailure::Refused(RegistryError::Full)) => {}
            // An earlier call may have had its effect there all the same.
            Err(failure)
                if nothing_happened(&failure) && earlier != Some(Earlier::SentTo(shard)) =>
            {
                busy.get_or_insert((failure, shard));
            }
            Err(failure) => return Err(refusal(failure, shard, &registration)),
        }
        // The same call, repeated meanwhile, may be answered otherwise: if both went on, there could be two numbers.
        if !under_way.is_alone() {
            return Err(Refusal::OutcomeUnknown);
        }
    }
    let busy = busy.or_else(|| held_back(&state.borrow()));
    let Some((failure, shard)) = busy else {
        return Ok(RegisterResponse::CanisterFull);
    };
    if earlier.is_none() {
        take_back(&mut state.borrow_mut(), id, claim);
    }
    Err(refusal(failure, shard, &registration))
}

/// A call that is making an order of a challenge; ends when it is dropped.
struct UnderWay<'s> {
    state: &'s Shared,
    id: ChallengeId,
}

impl<'s> UnderWay<'s> {
    fn begin(state: &'s Shared, id: ChallengeId) -> Self {
        if let Some(known) = &mut state.borrow_mut().randomness {
            known.challenges.begin(id);
        }
        Self { state, id }
    }

    fn is_alone(&self) -> bool {
        let state = self.state.borrow();
        let known = state.randomness.as_ref();
        known.is_none_or(|known| known.challenges.calls_under_way(self.id) <= 1)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(known) = &mut self.state.borrow_mut().randomness {
            known.challenges.end(self.id);
        }
    }
}

/// A registration that may become an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Admitted {
    id: ChallengeId,
    claim: Claim,
    /// What an earlier call with the same challenge, caller and key did; with none, this call solved the
    /// challenge and took a token.
    earlier: Option<Earlier>,
}

/// The checks in their order: a repetition is let through, because it has paid already; then the bucket, the
/// caller, the challenge; and only a right solution takes the token.
fn admit(
    state: &mut State,
    registration: &Registration,
    now: TimestampNs,
) -> Result<Result<Admitted, BadChallenge>, Refusal> {
    let Registration {
        caller,
        device,
        solution,
        temporary_key,
    } = registration;
    let known = state.randomness.as_ref().ok_or(BadChallenge);
    let id = known.and_then(|known| known.challenges.identify(&solution.key, now));
    let owner = device.pubkey.principal();
    let claimed = id.map(|id| {
        let order = order_id::registration(id, owner);
        let caller = *caller;
        (id, Claim { caller, order })
    });
    if let (Ok((id, claim)), Some(known)) = (claimed, &state.randomness)
        && let Some(earlier) = known.challenges.repeated(id, claim)
    {
        return Ok(Ok(Admitted {
            id,
            claim,
            earlier: Some(earlier),
        }));
    }
    state.bucket.look(now).map_err(|_| Refusal::RateLimited)?;
    may_register(*caller, device, owner, *temporary_key)?;
    let spent = claimed.and_then(|(id, claim)| match &mut state.randomness {
        Some(known) => {
            known.challenges.spend(id, solution, claim, now)?;
            Ok(Admitted {
                id,
                claim,
                earlier: None,
            })
        }
        None => Err(BadChallenge),
    });
    if spent.is_ok() {
        state.bucket.take(now).map_err(|_| Refusal::RateLimited)?;
    }
    Ok(spent)
}

/// Only the device itself, which is its `owner`, or its temporary key may register it, and the two must differ. Everybody
/// is anonymous, so that is no key.
fn may_register(
    caller: Principal,
    device: &DeviceData,
    owner: Principal,
    temporary_key: Option<Principal>,
) -> Result<(), Refusal> {
    if temporary_key == Some(owner) {
        return Err(Refusal::TemporaryKeyIsDevice);
    }
    let anonymous = Principal::anonymous();
    let may = caller != anonymous && (caller == owner || temporary_key == Some(caller));
    if !may {
        return Err(Refusal::NotTheDevice {
            caller,
            key: device.pubkey.clone(),
        });
    }
    if temporary_key == Some(anonymous) {
        return Err(Refusal::TemporaryKeyIsAnonymous);
    }
    Ok(())
}

/// The shard that an earlier call went to, then the other open ones that may have a number left: the one with the
/// fewest open calls first, and among equals one that the order's id chooses.
fn candidates(state: &State, order: OrderId, earlier: Option<Earlier>) -> Vec<Principal> {
    let first = match earlier {
        Some(Earlier::SentTo(shard)) => Some(shard),
        Some(Earlier::NoShard) | None => None,
    };
    let open = state.routing().open().filter(|row| has_numbers(state, row));
    let mut open: Vec<Principal> = open
        .map(|row| row.canister)
        .filter(|shard| Some(*shard) != first)
        .collect();
    let turn = order.as_bytes().first_chunk();
    let turn = turn.map_or(0, |bytes| u32::from_be_bytes(*bytes));
    let count = open.len().max(1);
    open.rotate_left(usize::try_from(turn).unwrap_or(0) % count);
    let open = sorted_by_key(open, |shard| state.crowd.open_calls(*shard));
    first.into_iter().chain(open).collect()
}

/// A shard that may have a number left, and to which no orders are sent for a while.
fn held_back(state: &State) -> Option<(ShardFailure, Principal)> {
    let mut rows = state.routing().rows().iter();
    let row = rows.find(|row| {
        let waits = matches!(row.state, ShardState::Maintenance | ShardState::Unreachable);
        waits && has_numbers(state, row)
    })?;
    Some((ShardFailure::HeldBack(row.state), row.canister))
}

/// Whether a shard may have a number left, as far as front knows.
fn has_numbers(state: &State, row: &ShardRoute) -> bool {
    let tip = state.tips.get(row.canister);
    tip.is_none_or(|tip| tip.next_anchor < row.range.hi())
}

/// Below which number a shard may give one. A shard that takes no new anchors (any more) can only say what became of
/// this order.
fn below(state: &State, shard: Principal) -> AnchorNumber {
    match state.routing().of(shard) {
        Some(row) if row.state == ShardState::Open => row.range.hi(),
        _ => AnchorNumber::new(0),
    }
}

async fn create_anchor<R: Runtime>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    claim: Claim,
    registration: &Registration,
) -> Result<AnchorNumber, ShardFailure> {
    let below = below(&state.borrow(), shard);
    let order = shards::order(runtime, state, shard, |expected| CreateAnchor {
        order: claim.order,
        expected,
        caller: registration.caller,
        temporary_key: registration.temporary_key,
        device: registration.device.clone(),
        below: Some(below),
    });
    let anchor = order.await?;
    state.borrow_mut().saw(anchor, registration.caller);
    Ok(anchor)
}

/// The shard surely did nothing, and may do it later.
fn nothing_happened(failure: &ShardFailure) -> bool {
    match failure {
        ShardFailure::NotDone | ShardFailure::HeldBack(_) => true,
        ShardFailure::Unknown => false,
        ShardFailure::Refused(error) => error.retryable(),
    }
}

fn note_sent(state: &Shared, id: ChallengeId, claim: Claim, shard: Principal) {
    if let Some(known) = &mut state.borrow_mut().randomness {
        known.challenges.sent_to(id, claim, shard);
    }
}

fn take_back(state: &mut State, id: ChallengeId, claim: Claim) {
    state.bucket.give_back();
    if let Some(known) = &mut state.randomness {
        known.challenges.reopen(id, claim);
    }
}

fn refusal(failure: ShardFailure, shard: Principal, registration: &Registration) -> Refusal {
    match failure {
        ShardFailure::Refused(RegistryError::Unauthorized) => Refusal::NotTheDevice {
            caller: registration.caller,
            key: registration.device.pubkey.clone(),
        },
        other => Refusal::of_shard(other, shard, registration.caller),
    }
}

#[cfg(test)]
mod tests;
