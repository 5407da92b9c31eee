//! Which messages from outside are worth cycles. Never the check itself: each method has its own.

use crate::shard::Shard;
use canister_kit::guards::Caller;
use ic_stable_structures::Memory;

#[cfg(test)]
mod tests;

/// Whether a call of `method` by `caller` could succeed. Queries called as updates are welcome if `pays_for_reads`: their
/// answers are certified by the subnet. Controllers need them most when there is little left.
pub fn accepts<M: Memory>(
    shard: &Shard<M>,
    method: &str,
    caller: Caller,
    pays_for_reads: bool,
) -> bool {
    match method {
        "lookup"
        | "get_anchor_credentials"
        | "lookup_device_key"
        | "public_state"
        | "status"
        | "icrc3_get_blocks"
        | "icrc3_get_archives"
        | "icrc3_supported_block_types" => pays_for_reads || caller.is_controller,
        "set_archives" | "configure" | "repair" | "declare_lost" => caller.is_controller,
        "create_anchor"
        | "apply"
        | "authenticate"
        | "identify"
        | "anchor_info"
        | "enter_registration_mode"
        | "exit_registration_mode"
        | "add_tentative_device"
        | "verify_tentative_device" => caller.principal == shard.settings().front,
        "fetch_blocks" => {
            let mut entries = shard.archives().entries().iter();
            entries.any(|entry| entry.canister == caller.principal)
        }
        _ => false,
    }
}
