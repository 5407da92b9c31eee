//! `lookup`, `get_anchor_credentials`, `lookup_device_key` and `get_principal`: composite queries. Front asks shards and
//! notes nothing: whatever a query changes is undone at its end.
//!
//! A composite query reaches front's own subnet only. Without a shard's answer there is no answer: the refusal
//! names the shard, and the client asks it directly.

use crate::login;
use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::shards::{self, owner};
use crate::state::Shared;
use candid::Principal;
use delegation::Seed;
use futures_util::future::join_all;
use types::lean::reader::{self, Read};
use types::registry::{Identify, IndexIncomplete, KnownPasskey};
use types::{AnchorCredentials, AnchorNumber, CredentialId, DeviceData, DeviceKeyWithAnchor, lean};

/// Shards that one query asks. The Internet Computer charges a composite query 50 M instructions for each call and
/// allows 5 G in all, so 100 would be too many.
pub(crate) const SHARDS_LIMIT: usize = 64;

/// The devices of an anchor without their private parts; none for a number that nobody has.
pub(crate) async fn lookup<R: Runtime>(
    runtime: &R,
    state: &Shared,
    anchor: AnchorNumber,
) -> Result<Vec<DeviceData>, Refusal> {
    let mut devices: Vec<DeviceData> = of_owner(runtime, state, anchor, "lookup").await?;
    for device in &mut devices {
        // The shard leaves them out as well; what is private stays so on two conditions.
        device.alias.clear();
        device.metadata = None;
    }
    Ok(devices)
}

/// How somebody may authenticate as an anchor; nothing for a number that nobody has.
pub(crate) async fn get_anchor_credentials<R: Runtime>(
    runtime: &R,
    state: &Shared,
    anchor: AnchorNumber,
) -> Result<AnchorCredentials, Refusal> {
    of_owner(runtime, state, anchor, "get_anchor_credentials").await
}

/// What the anchor's shard answers to the query of this name; nothing for a number that no shard owns.
async fn of_owner<R, T>(
    runtime: &R,
    state: &Shared,
    anchor: AnchorNumber,
    method: &'static str,
) -> Result<T, Refusal>
where
    R: Runtime,
    T: Read + Default,
{
    let Some(shard) = owner(state, anchor) else {
        return Ok(T::default());
    };
    may_ask(state, shard)?;
    let reply = runtime.call(shard, method, lean::message(&anchor));
    let reply = reply.await.ok();
    let answer = reply.and_then(|reply| reader::value(&reply).ok());
    answer.ok_or(Refusal::AskTheShard { anchor, shard })
}

/// Whose passkey has this credential id: of all anchors of all shards the one that has had it longest, and of
/// those the lowest number. All shards are asked at once, and all must answer: the one that did not might know
/// an anchor that has had it longer.
pub(crate) async fn lookup_device_key<R: Runtime>(
    runtime: &R,
    state: &Shared,
    credential_id: &CredentialId,
) -> Result<Option<DeviceKeyWithAnchor>, Refusal> {
    if credential_id.len() > CredentialId::MAX_LENGTH {
        return Ok(None);
    }
    let shards: Vec<Principal> = {
        let state = state.borrow();
        let rows = state.routing().rows().iter();
        rows.map(|row| row.canister).collect()
    };
    if shards.len() > SHARDS_LIMIT {
        return Err(Refusal::TooManyShards {
            count: shards.len(),
        });
    }
    let questions = shards
        .into_iter()
        .map(|shard| whose_passkey(runtime, state, shard, credential_id));
    let mut first: Option<KnownPasskey> = None;
    for answer in join_all(questions).await {
        let longer = |found: &KnownPasskey| {
            let age = |known: &KnownPasskey| (known.since, known.anchor_number);
            first.as_ref().is_none_or(|first| age(found) < age(first))
        };
        if let Some(found) = answer?.filter(longer) {
            first = Some(found);
        }
    }
    Ok(first.map(|known| {
        let KnownPasskey {
            pubkey,
            anchor_number,
            since: _,
        } = known;
        DeviceKeyWithAnchor {
            pubkey,
            anchor_number,
        }
    }))
}

async fn whose_passkey<R: Runtime>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    credential_id: &CredentialId,
) -> Result<Option<KnownPasskey>, Refusal> {
    may_ask(state, shard)?;
    let arguments = lean::message(credential_id);
    let silent = Refusal::ShardSilent { shard };
    let reply = runtime.call(shard, "lookup_device_key", arguments).await;
    let reply = reply.map_err(|_| silent.clone())?;
    let answer: Result<Option<KnownPasskey>, IndexIncomplete> =
        reader::value(&reply).map_err(|_| silent)?;
    answer.map_err(|error| Refusal::ShardBusy {
        shard,
        reason: Some(error.into()),
    })
}

/// The pseudonym that a device of the anchor has at an origin: the one for which `prepare_delegation` answers the
/// key.
pub(crate) async fn get_principal<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
    origin: String,
) -> Result<Principal, Refusal> {
    let origin = login::origin(origin)?;
    let shard = owner(state, anchor).ok_or(Refusal::NotAuthenticated { caller })?;
    may_ask(state, shard)?;
    let answer = shards::ask(runtime, state, shard, |expected| Identify {
        expected,
        anchor,
        caller,
    });
    let answer = answer.await.ok_or(Refusal::AskTheShard { anchor, shard })?;
    answer.map_err(|reason| Refusal::of_reason(reason, shard, caller))?;
    let salt = state.borrow().salt().ok_or(Refusal::NoSalt)?;
    let seed = Seed::new(&salt, anchor, &origin);
    let user_key = delegation::user_key(runtime.own_id(), &seed);
    Ok(delegation::pseudonym(&user_key))
}

/// Refuses what the routing table says not to ask.
fn may_ask(state: &Shared, shard: Principal) -> Result<(), Refusal> {
    let nobody = Principal::anonymous();
    shards::may_ask(state, shard).map_err(|failure| Refusal::of_shard(failure, shard, nobody))
}

#[cfg(test)]
mod tests;
