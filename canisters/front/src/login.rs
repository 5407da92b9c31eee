//! `init_salt`, `prepare_delegation` and `get_delegation`: the signer.
//!
//! Preparing asks the shard, or the cache of its answers, then signs without another await. Getting is a query: it looks the
//! signature up under the arguments, resolved by the same function, and hands it to the caller who prepared it.

use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::services::{self, Service};
use crate::shards;
use crate::signatures::{self, Found, SignaturePath};
use crate::state::{SIGNATURES, Shared, State};
use crate::{metrics, randomness};
use candid::Principal;
use delegation::{DelegationHash, Origin, Salt, Seed};
use ic_certified_map::HashTree;
use serde::Serialize;
use sha2::{Digest, Sha256};
use types::front::{Delegation, GetDelegationResponse, SignedDelegation};
use types::registry::{Authenticate, Authenticated};
use types::{AnchorNumber, SessionKey, TimestampNs, UserKey};

/// Life of a delegation whose client wishes none: 30 minutes.
const DEFAULT_TTL_NS: u64 = 30 * 60 * 1_000_000_000;
/// Longest session key.
const SESSION_KEY_LIMIT: usize = 1_024;

/// For whom and for what somebody wants to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogIn {
    /// Whose pseudonym.
    pub(crate) anchor: AnchorNumber,
    /// At which relying party.
    pub(crate) origin: Origin,
    /// The key that is to act.
    pub(crate) session_key: SessionKey,
}

impl LogIn {
    /// Checks the arguments. Preparing and getting read them here and nowhere else.
    pub(crate) fn new(
        anchor: AnchorNumber,
        origin: String,
        session_key: SessionKey,
    ) -> Result<Self, Refusal> {
        let origin = self::origin(origin)?;
        if session_key.len() > SESSION_KEY_LIMIT {
            return Err(Refusal::SessionKeyTooLong {
                length: session_key.len(),
            });
        }
        Ok(Self {
            anchor,
            origin,
            session_key,
        })
    }

    fn seed(&self, salt: &Salt) -> Seed {
        Seed::new(salt, self.anchor, &self.origin)
    }

    fn path(&self, seed: &Seed, expiration: TimestampNs) -> SignaturePath {
        let hash = DelegationHash::new(&self.session_key, expiration, None);
        SignaturePath {
            seed: Sha256::digest(seed.as_bytes()).into(),
            message: Sha256::digest(hash.signed_message()).into(),
        }
    }
}

/// The origin that a client names, as every method reads it.
pub(crate) fn origin(origin: String) -> Result<Origin, Refusal> {
    Origin::new(origin).map_err(|error| Refusal::HostnameTooLong {
        length: error.length,
    })
}

/// Proof that the anchor's shard let this caller act for the anchor, a moment ago or so that nothing has changed
/// since. Only [`authenticate`] makes it.
struct Allowed {
    caller: Principal,
}

/// Draws the salt.
pub(crate) async fn init_salt<R: Runtime>(runtime: &R, state: &Shared) -> Result<(), Refusal> {
    services::check(runtime, state, Service::Registration)?;
    if state.borrow().salt().is_some() {
        return Err(Refusal::SaltAlreadySet);
    }
    // Losing the race after this look is success: there is a salt.
    let drawn = randomness::salt(runtime, state).await;
    drawn.map(|_| ()).map_err(|_| Refusal::NoRandomness)
}

/// Prepares a delegation, and counts how it went.
pub(crate) async fn prepare_delegation<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    log_in: &LogIn,
    wished_ttl_ns: Option<u64>,
) -> Result<(UserKey, TimestampNs), Refusal> {
    let result = prepare(runtime, state, caller, log_in, wished_ttl_ns).await;
    let slot = if result.is_ok() {
        metrics::PREPARED
    } else {
        metrics::PREPARE_REFUSED
    };
    state.borrow().counters.add(slot, 1);
    result
}

async fn prepare<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    log_in: &LogIn,
    wished_ttl_ns: Option<u64>,
) -> Result<(UserKey, TimestampNs), Refusal> {
    services::check(runtime, state, Service::LogIn)?;
    // The salt first: nothing may be awaited between the shard's answer and the signature.
    let salt = randomness::salt(runtime, state)
        .await
        .map_err(|_| Refusal::NoRandomness)?;
    let allowed = authenticate(runtime, state, caller, log_in.anchor).await?;
    let mut state = state.borrow_mut();
    let now = runtime.now();
    let ttl = wished_ttl_ns.unwrap_or(DEFAULT_TTL_NS);
    let expiration = now.saturating_add(ttl.min(state.settings().max_ttl_ns));
    let seed = log_in.seed(&salt);
    sign(&mut state, &allowed, log_in.path(&seed, expiration), now);
    runtime.certify(state.certified_root().hash());
    Ok((delegation::user_key(runtime.own_id(), &seed), expiration))
}

async fn authenticate<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
) -> Result<Allowed, Refusal> {
    let now = runtime.now();
    let (shard, question) = {
        let state = state.borrow();
        let owner = state.routing().owner(anchor);
        let shard = owner.ok_or(Refusal::NotAuthenticated { caller })?;
        if state.auth_cache.knows(anchor, caller, now) {
            state.counters.add(metrics::CACHE_HITS, 1);
            return Ok(Allowed { caller });
        }
        state.counters.add(metrics::CACHE_MISSES, 1);
        let is_changing = state.unsettled.concerns(shard, anchor, now);
        let question = (!is_changing).then(|| state.auth_cache.asks(shard, anchor, caller));
        (shard, question)
    };
    let asked = shards::question(runtime, state, shard, |expected| Authenticate {
        expected,
        anchor,
        caller,
    });
    let answer = asked.await;
    let Authenticated { device: _, by } =
        answer.map_err(|failure| Refusal::of_shard(failure, shard, caller))?;
    if let Some(question) = question {
        let mut state = state.borrow_mut();
        state.auth_cache.learn(question, by, runtime.now());
    }
    Ok(Allowed { caller })
}

/// Takes expired signatures out of the tree, for the timer.
pub(crate) fn prune<R: Runtime>(runtime: &R, state: &mut State) {
    if state
        .signatures
        .prune(runtime.now(), signatures::PRUNED_PER_INTERVAL)
    {
        runtime.certify(state.certified_root().hash());
    }
}

fn sign(state: &mut State, allowed: &Allowed, path: SignaturePath, now: TimestampNs) {
    let Allowed { caller } = allowed;
    state.signatures.add(path, *caller, now);
}

/// Hands out a prepared delegation with front's signature. `certificate` is the system's for the
/// certified data; only a query has it.
pub(crate) fn get_delegation(
    state: &State,
    caller: Principal,
    log_in: LogIn,
    expiration: TimestampNs,
    certificate: Option<Vec<u8>>,
    now: TimestampNs,
) -> Result<GetDelegationResponse, Refusal> {
    let nothing = Ok(GetDelegationResponse::NoSuchDelegation);
    let (Some(salt), Some(certificate)) = (state.salt(), certificate) else {
        return nothing;
    };
    if expiration <= now {
        return nothing;
    }
    let path = log_in.path(&log_in.seed(&salt), expiration);
    match state.signatures.find(path, caller, now) {
        Found::Nothing => nothing,
        Found::NotYours => Err(Refusal::NotAuthenticated { caller }),
        Found::Yours => Ok(GetDelegationResponse::SignedDelegation(SignedDelegation {
            delegation: Delegation {
                pubkey: log_in.session_key,
                expiration,
                targets: None,
            },
            signature: canister_signature(state, path, &certificate),
        })),
    }
}

/// Interface specification, "Canister signatures": CBOR, self-described, of certificate and tree.
#[derive(Serialize)]
struct CanisterSignature<'a> {
    certificate: &'a serde_bytes::Bytes,
    tree: HashTree<'a>,
}

fn canister_signature(state: &State, path: SignaturePath, certificate: &[u8]) -> Vec<u8> {
    let witness = state.signatures.witness(path);
    let signature = CanisterSignature {
        certificate: serde_bytes::Bytes::new(certificate),
        tree: state.certified_root().witness(vec![(SIGNATURES, witness)]),
    };
    let mut serializer = serde_cbor::Serializer::new(Vec::new());
    serializer
        .self_describe()
        .and_then(|()| signature.serialize(&mut serializer))
        .expect("writing into memory cannot fail");
    serializer.into_inner()
}

#[cfg(test)]
mod tests;
