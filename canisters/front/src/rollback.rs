//! What controllers see and decide about shards that were set back.
//!
//! Front knows the highest tip of each shard, and a shard that lacks it is served nothing. When nobody has the missing
//! blocks any more, controllers make front expect a shorter log. That must not give a number to a second person: the next
//! number that front knows never goes down.

use crate::metrics;
use crate::state::State;
use candid::Principal;
use canister_kit::guards::Controller;
use types::front::{ExpectTipError, ExpectedTip};
use types::registry::ShardTip;

#[cfg(test)]
mod tests;

/// What front expects of each shard of the routing table.
pub(crate) fn expected_tips(state: &State) -> Vec<ExpectedTip> {
    let rows = state.routing().rows().iter();
    rows.map(|row| ExpectedTip {
        canister: row.canister,
        tip: state.tips.get(row.canister),
        rolled_back: state.tips.is_rolled_back(row.canister),
    })
    .collect()
}

/// Lets front expect this tip of a shard, whatever it knew of its log before.
pub(crate) fn expect_tip(
    state: &mut State,
    _controller: Controller,
    shard: Principal,
    tip: ShardTip,
) -> Result<(), ExpectTipError> {
    let known = state.tips.get(shard);
    let known = known.ok_or(ExpectTipError::UnknownShard)?;
    if tip.next_anchor < known.next_anchor {
        return Err(ExpectTipError::NumbersGiven {
            next_anchor: known.next_anchor,
        });
    }
    // A number that is too high by mistake could never be lowered again; the shard's own answers raise it.
    let next_anchor = known.next_anchor;
    state.tips.replace(shard, ShardTip { next_anchor, ..tip });
    state.auth_cache.forget_shard(shard);
    state.counters.add(metrics::TIPS_SET, 1);
    Ok(())
}
