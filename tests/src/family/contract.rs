//! The families of metrics that dashboards and alerts rely on.

use super::Role;
use std::collections::BTreeSet;

const STANDARD: [&str; 6] = [
    "anchorage_build_info",
    "anchorage_layout_version",
    "anchorage_cycle_balance_cycles",
    "anchorage_liquid_balance_cycles",
    "anchorage_heap_memory_bytes",
    "anchorage_stable_memory_bytes",
];
const FRONT: [&str; 40] = [
    "anchorage_anchor_changes_total",
    "anchorage_authentication_cache_entries",
    "anchorage_authentication_cache_entries_limit",
    "anchorage_authentication_cache_lookups_total",
    "anchorage_captcha_dynamic",
    "anchorage_captcha_enabled",
    "anchorage_captcha_interval_registrations",
    "anchorage_captcha_interval_seconds",
    "anchorage_captcha_threshold_ratio",
    "anchorage_challenges_total",
    "anchorage_cycles_floor_cycles",
    "anchorage_delegation_longest_life_seconds",
    "anchorage_delegations_prepared_total",
    "anchorage_device_verifications_total",
    "anchorage_last_execution_instructions",
    "anchorage_low_cycles_refusals_total",
    "anchorage_method_instructions",
    "anchorage_registration_token_interval_seconds",
    "anchorage_registration_tokens",
    "anchorage_registration_tokens_limit",
    "anchorage_registrations_total",
    "anchorage_salt_set",
    "anchorage_service_open",
    "anchorage_shard_anchors",
    "anchorage_shard_anchors_limit",
    "anchorage_shard_blocks",
    "anchorage_shard_calls_total",
    "anchorage_shard_disagrees",
    "anchorage_shard_open_calls",
    "anchorage_shard_rolled_back",
    "anchorage_shard_rolled_back_answers_total",
    "anchorage_shard_status_collections_total",
    "anchorage_shard_status_timestamp_seconds",
    "anchorage_shard_tips_set_total",
    "anchorage_shard_unexplained_tips_total",
    "anchorage_shards",
    "anchorage_signatures",
    "anchorage_spent_challenges",
    "anchorage_spent_challenges_limit",
    "anchorage_tentative_devices_total",
];
const REGISTRY: [&str; 20] = [
    "anchorage_method_instructions",
    "registry_active_anchors",
    "registry_active_devices",
    "registry_anchors",
    "registry_anchors_limit",
    "registry_archives_diverged",
    "registry_archives_in_service",
    "registry_authentications_total",
    "registry_backlog_blocks",
    "registry_backlog_blocks_limit",
    "registry_fetches_total",
    "registry_last_fetch_timestamp_seconds",
    "registry_log_blocks",
    "registry_oldest_backlog_age_seconds",
    "registry_operations_per_day_limit",
    "registry_operations_total",
    "registry_refusals_total",
    "registry_registration_modes",
    "registry_registration_modes_limit",
    "registry_remote_registrations_total",
];
const ARCHIVE: [&str; 8] = [
    "anchorage_archive_blocks_stored_total",
    "anchorage_archive_failures_in_a_row",
    "anchorage_archive_fetch_failures_total",
    "anchorage_archive_fetches_total",
    "anchorage_archive_last_success_timestamp_seconds",
    "anchorage_archive_next_index",
    "anchorage_archive_registry_log_length",
    "anchorage_method_instructions",
];

impl Role {
    /// What its canister shows at `/metrics` at least.
    pub fn metric_families(self) -> BTreeSet<String> {
        let own = match self {
            Self::Front => &FRONT[..],
            Self::Registry(_) => &REGISTRY,
            Self::Archive(_) => &ARCHIVE,
        };
        let names = STANDARD.iter().chain(own);
        names.map(|name| (*name).to_owned()).collect()
    }
}
