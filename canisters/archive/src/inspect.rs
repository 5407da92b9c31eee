//! Which calls from outside are worth an execution. Never the check itself: each method does its own.

use canister_kit::guards::Caller;

/// The methods that everybody may call, also as updates, for a certified answer.
pub const PUBLIC: [&str; 8] = [
    "get_anchor_entries",
    "get_entries",
    "http_request",
    "icrc3_get_archives",
    "icrc3_get_blocks",
    "icrc3_get_tip_certificate",
    "icrc3_supported_block_types",
    "status",
];

/// Whether an update call from outside goes on to its method.
pub fn accepts(caller: Caller, method: &str, pays_for_reads: bool) -> bool {
    caller.is_controller || (pays_for_reads && PUBLIC.contains(&method))
}
