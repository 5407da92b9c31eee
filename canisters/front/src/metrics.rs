//! Front's metrics: the stored counters, and `/metrics`.

use crate::memory::LAYOUT_VERSION;
use crate::services::SERVICES;
use crate::state::State;
use crate::{auth_cache, challenge, crowd, routing, signatures};
use canister_kit::build::BuildInfo;
use canister_kit::counters::{Method, Slot};
use canister_kit::metrics::{MeasuredMethod, Metrics, Resources, StoredCounter, float};
use types::TimestampNs;
use types::front::{CaptchaMode, DynamicCaptcha, ShardState};

// Slots, never reused.
pub(crate) const CHALLENGES: Slot = Slot::new(0);
pub(crate) const REGISTERED: Slot = Slot::new(1);
pub(crate) const REGISTER_FULL: Slot = Slot::new(2);
pub(crate) const REGISTER_BAD_CHALLENGE: Slot = Slot::new(3);
pub(crate) const REGISTER_RATE_LIMITED: Slot = Slot::new(4);
pub(crate) const REGISTER_REFUSED: Slot = Slot::new(5);
pub(crate) const REGISTER_UNKNOWN: Slot = Slot::new(6);
pub(crate) const CHANGED: Slot = Slot::new(7);
pub(crate) const CHANGE_REFUSED: Slot = Slot::new(8);
pub(crate) const CHANGE_UNKNOWN: Slot = Slot::new(9);
pub(crate) const PREPARED: Slot = Slot::new(10);
pub(crate) const PREPARE_REFUSED: Slot = Slot::new(11);
pub(crate) const CALLS_ANSWERED: Slot = Slot::new(12);
pub(crate) const CALLS_NOT_DONE: Slot = Slot::new(13);
pub(crate) const CALLS_UNKNOWN: Slot = Slot::new(14);
pub(crate) const CALLS_UNREADABLE: Slot = Slot::new(15);
pub(crate) const ROLLED_BACK: Slot = Slot::new(16);
pub(crate) const COLLECTED: Slot = Slot::new(17);
pub(crate) const COLLECT_FAILED: Slot = Slot::new(18);
pub(crate) const TENTATIVE_ADDED: Slot = Slot::new(24);
pub(crate) const TENTATIVE_TURNED_AWAY: Slot = Slot::new(25);
pub(crate) const TENTATIVE_REFUSED: Slot = Slot::new(26);
pub(crate) const TENTATIVE_UNKNOWN: Slot = Slot::new(27);
pub(crate) const VERIFIED: Slot = Slot::new(28);
pub(crate) const NOT_VERIFIED: Slot = Slot::new(29);
pub(crate) const VERIFY_REFUSED: Slot = Slot::new(30);
pub(crate) const VERIFY_UNKNOWN: Slot = Slot::new(31);
pub(crate) const TIPS_SET: Slot = Slot::new(48);
pub(crate) const CACHE_HITS: Slot = Slot::new(32);
pub(crate) const CACHE_MISSES: Slot = Slot::new(33);
pub(crate) const UNEXPLAINED_TIPS: Slot = Slot::new(34);
pub(crate) const CALLS_HELD_BACK: Slot = Slot::new(35);
pub(crate) const LOW_REGISTRATION: Slot = Slot::new(36);
pub(crate) const LOW_CHANGE: Slot = Slot::new(37);
pub(crate) const LOW_LOG_IN: Slot = Slot::new(38);

const fn counter(
    slot: Slot,
    name: &'static str,
    help: &'static str,
    labels: &'static [(&'static str, &'static str)],
) -> StoredCounter {
    StoredCounter {
        slot,
        name,
        help,
        labels,
    }
}

const REGISTRATIONS: &str = "anchorage_registrations_total";
const CHANGES: &str = "anchorage_anchor_changes_total";
const TENTATIVE: &str = "anchorage_tentative_devices_total";
const VERIFICATIONS: &str = "anchorage_device_verifications_total";
const PREPARATIONS: &str = "anchorage_delegations_prepared_total";
const CALLS: &str = "anchorage_shard_calls_total";
const COLLECTIONS: &str = "anchorage_shard_status_collections_total";
const LOW_ON_CYCLES: &str = "anchorage_low_cycles_refusals_total";
const CACHE: &str = "anchorage_authentication_cache_lookups_total";

const COUNTERS: [StoredCounter; 35] = [
    counter(
        CHALLENGES,
        "anchorage_challenges_total",
        "Registration challenges issued.",
        &[],
    ),
    counter(
        REGISTERED,
        REGISTRATIONS,
        "Calls of register, by outcome.",
        &[("outcome", "registered")],
    ),
    counter(
        REGISTER_FULL,
        REGISTRATIONS,
        "",
        &[("outcome", "canister_full")],
    ),
    counter(
        REGISTER_BAD_CHALLENGE,
        REGISTRATIONS,
        "",
        &[("outcome", "bad_challenge")],
    ),
    counter(
        REGISTER_RATE_LIMITED,
        REGISTRATIONS,
        "",
        &[("outcome", "rate_limited")],
    ),
    counter(
        REGISTER_REFUSED,
        REGISTRATIONS,
        "",
        &[("outcome", "refused")],
    ),
    counter(
        REGISTER_UNKNOWN,
        REGISTRATIONS,
        "",
        &[("outcome", "unknown")],
    ),
    counter(
        CHANGED,
        CHANGES,
        "Calls that change the devices of an anchor, by outcome.",
        &[("outcome", "changed")],
    ),
    counter(CHANGE_REFUSED, CHANGES, "", &[("outcome", "refused")]),
    counter(CHANGE_UNKNOWN, CHANGES, "", &[("outcome", "unknown")]),
    counter(
        TENTATIVE_ADDED,
        TENTATIVE,
        "Calls of add_tentative_device, by outcome.",
        &[("outcome", "added")],
    ),
    counter(
        TENTATIVE_TURNED_AWAY,
        TENTATIVE,
        "",
        &[("outcome", "turned_away")],
    ),
    counter(TENTATIVE_REFUSED, TENTATIVE, "", &[("outcome", "refused")]),
    counter(TENTATIVE_UNKNOWN, TENTATIVE, "", &[("outcome", "unknown")]),
    counter(
        VERIFIED,
        VERIFICATIONS,
        "Calls of verify_tentative_device, by outcome.",
        &[("outcome", "verified")],
    ),
    counter(
        NOT_VERIFIED,
        VERIFICATIONS,
        "",
        &[("outcome", "not_verified")],
    ),
    counter(VERIFY_REFUSED, VERIFICATIONS, "", &[("outcome", "refused")]),
    counter(VERIFY_UNKNOWN, VERIFICATIONS, "", &[("outcome", "unknown")]),
    counter(
        PREPARED,
        PREPARATIONS,
        "Calls of prepare_delegation, by outcome.",
        &[("outcome", "prepared")],
    ),
    counter(PREPARE_REFUSED, PREPARATIONS, "", &[("outcome", "refused")]),
    counter(
        CALLS_ANSWERED,
        CALLS,
        "Messages to shards, by what came back; held_back: not sent, because of the routing table.",
        &[("outcome", "answered")],
    ),
    counter(CALLS_NOT_DONE, CALLS, "", &[("outcome", "not_done")]),
    counter(CALLS_UNKNOWN, CALLS, "", &[("outcome", "unknown")]),
    counter(CALLS_UNREADABLE, CALLS, "", &[("outcome", "unreadable")]),
    counter(CALLS_HELD_BACK, CALLS, "", &[("outcome", "held_back")]),
    counter(
        ROLLED_BACK,
        "anchorage_shard_rolled_back_answers_total",
        "Answers of shards whose log lacks a block that front has seen: repair them.",
        &[],
    ),
    counter(
        TIPS_SET,
        "anchorage_shard_tips_set_total",
        "Tips of shards that controllers let front expect after a loss.",
        &[],
    ),
    counter(
        COLLECTED,
        COLLECTIONS,
        "Questions for a shard's status, by outcome.",
        &[("outcome", "answered")],
    ),
    counter(COLLECT_FAILED, COLLECTIONS, "", &[("outcome", "failed")]),
    counter(
        CACHE_HITS,
        CACHE,
        "Log-ins by whether front still knew that the caller may act for the anchor.",
        &[("outcome", "hit")],
    ),
    counter(CACHE_MISSES, CACHE, "", &[("outcome", "miss")]),
    counter(
        LOW_REGISTRATION,
        LOW_ON_CYCLES,
        "Calls refused because front is short of cycles (most are turned away before), by service.",
        &[("service", "registration")],
    ),
    counter(LOW_CHANGE, LOW_ON_CYCLES, "", &[("service", "change")]),
    counter(LOW_LOG_IN, LOW_ON_CYCLES, "", &[("service", "log_in")]),
    counter(
        UNEXPLAINED_TIPS,
        "anchorage_shard_unexplained_tips_total",
        "Answers of shards whose log is not what front's orders made of it: repaired, or rolled back.",
        &[],
    ),
];

// Numbers of methods, never reused.
pub(crate) const INIT_SALT: Method = Method::new(0);
pub(crate) const CREATE_CHALLENGE: Method = Method::new(1);
pub(crate) const REGISTER: Method = Method::new(2);
pub(crate) const ADD: Method = Method::new(3);
pub(crate) const GET_ANCHOR_INFO: Method = Method::new(4);
pub(crate) const PREPARE_DELEGATION: Method = Method::new(5);
pub(crate) const SET_ROUTING: Method = Method::new(6);
pub(crate) const UPDATE: Method = Method::new(7);
pub(crate) const REPLACE: Method = Method::new(8);
pub(crate) const REMOVE: Method = Method::new(9);
pub(crate) const ENTER_DEVICE_REGISTRATION_MODE: Method = Method::new(13);
pub(crate) const EXIT_DEVICE_REGISTRATION_MODE: Method = Method::new(14);
pub(crate) const ADD_TENTATIVE_DEVICE: Method = Method::new(15);
pub(crate) const VERIFY_TENTATIVE_DEVICE: Method = Method::new(16);
pub(crate) const EXPECT_TIP: Method = Method::new(18);
pub(crate) const HTTP_REQUEST_UPDATE: Method = Method::new(19);
// Not methods: timers.
pub(crate) const COLLECT: Method = Method::new(20);
pub(crate) const PRUNE: Method = Method::new(21);
pub(crate) const RESEED: Method = Method::new(22);

const METHODS: [MeasuredMethod; 19] = [
    MeasuredMethod::new(INIT_SALT, "init_salt"),
    MeasuredMethod::new(CREATE_CHALLENGE, "create_challenge"),
    MeasuredMethod::new(REGISTER, "register"),
    MeasuredMethod::new(ADD, "add"),
    MeasuredMethod::new(UPDATE, "update"),
    MeasuredMethod::new(REPLACE, "replace"),
    MeasuredMethod::new(REMOVE, "remove"),
    MeasuredMethod::new(GET_ANCHOR_INFO, "get_anchor_info"),
    MeasuredMethod::new(
        ENTER_DEVICE_REGISTRATION_MODE,
        "enter_device_registration_mode",
    ),
    MeasuredMethod::new(
        EXIT_DEVICE_REGISTRATION_MODE,
        "exit_device_registration_mode",
    ),
    MeasuredMethod::new(ADD_TENTATIVE_DEVICE, "add_tentative_device"),
    MeasuredMethod::new(VERIFY_TENTATIVE_DEVICE, "verify_tentative_device"),
    MeasuredMethod::new(PREPARE_DELEGATION, "prepare_delegation"),
    MeasuredMethod::new(SET_ROUTING, "set_routing"),
    MeasuredMethod::new(EXPECT_TIP, "expect_tip"),
    MeasuredMethod::new(HTTP_REQUEST_UPDATE, "http_request_update"),
    MeasuredMethod::new(COLLECT, "collect"),
    MeasuredMethod::new(PRUNE, "prune"),
    MeasuredMethod::new(RESEED, "reseed"),
];

/// The text of `/metrics`.
pub(crate) fn text(
    state: &State,
    build: BuildInfo,
    resources: Resources,
    now: TimestampNs,
) -> Vec<u8> {
    let mut metrics = Metrics::at(now.get());
    let liquid_cycles = resources.liquid_cycles;
    metrics.standard(build, LAYOUT_VERSION, resources);
    metrics.stored(&COUNTERS, &state.counters);
    metrics.instructions(&METHODS, &state.counters);
    metrics.last_executions(&METHODS, &state.counters);
    service_gauges(&mut metrics, state, liquid_cycles);
    registration_gauges(&mut metrics, state, now);
    log_in_gauges(&mut metrics, state);
    shard_gauges(&mut metrics, state);
    metrics.into_body()
}

fn service_gauges(metrics: &mut Metrics, state: &State, liquid_cycles: u128) {
    let services = SERVICES.map(|service| ([("service", service.name())], service));
    let open = services.each_ref().map(|(labels, service)| {
        let is_open = service.is_open(state, liquid_cycles);
        (&labels[..], flag(is_open))
    });
    metrics.gauges(
        "anchorage_service_open",
        "1 if there are cycles enough for a service.",
        &open,
    );
    metrics.gauge(
        "anchorage_cycles_floor_cycles",
        "Liquid cycles below which services close.",
        float(state.settings().cycles_floor()),
    );
}

fn registration_gauges(metrics: &mut Metrics, state: &State, now: TimestampNs) {
    let settings = state.settings();
    metrics.gauge(
        "anchorage_captcha_enabled",
        "1 if a registration that is begun now needs a captcha.",
        flag(state.needs_captcha(now)),
    );
    metrics.gauge(
        "anchorage_captcha_dynamic",
        "1 if registrations need a captcha only while there are unusually many.",
        flag(matches!(settings.captcha(), CaptchaMode::Dynamic(_))),
    );
    metrics.gauge(
        "anchorage_registration_tokens",
        "Registrations that the rate limit allows at once now.",
        float(state.bucket.tokens(now)),
    );
    metrics.gauge(
        "anchorage_registration_tokens_limit",
        "Registrations that the rate limit allows at once at most.",
        float(settings.rate_limit().max_tokens),
    );
    metrics.gauge(
        "anchorage_registration_token_interval_seconds",
        "Time in which the rate limit allows one registration more.",
        float(settings.rate_limit().time_per_token_ns) / 1e9,
    );
    registration_rate_gauges(metrics, state, now);
    let remembered = state.randomness.as_ref();
    let remembered = remembered.map_or(0, |known| known.challenges.remembered());
    metrics.gauge(
        "anchorage_spent_challenges",
        "Spent challenges that are remembered.",
        float(remembered as u64),
    );
    metrics.gauge(
        "anchorage_spent_challenges_limit",
        "Spent challenges that can be remembered.",
        float(challenge::SPENT_LIMIT as u64),
    );
}

/// What a dynamic captcha compares; nothing but zeros without one.
fn registration_rate_gauges(metrics: &mut Metrics, state: &State, now: TimestampNs) {
    let measured = state.rates.as_ref().map(|rates| {
        let DynamicCaptcha {
            threshold_pct,
            current_rate_sampling_interval_s: current_s,
            reference_rate_sampling_interval_s: reference_s,
        } = rates.wish();
        let (current, reference) = rates.counts(now);
        let threshold = f64::from(threshold_pct) / 100.0;
        (threshold, [current_s, reference_s], [current, reference])
    });
    let (threshold, seconds, counts) = measured.unwrap_or_default();
    let by_interval = |[current, reference]: [u64; 2]| {
        [
            (&[("interval", "current")][..], float(current)),
            (&[("interval", "reference")][..], float(reference)),
        ]
    };
    metrics.gauge(
        "anchorage_captcha_threshold_ratio",
        "By how much of the reference rate the current one must be above it until registrations need a captcha; 0 unless that is dynamic.",
        threshold,
    );
    metrics.gauges(
        "anchorage_captcha_interval_seconds",
        "Intervals in which registrations are counted; 0 unless the captcha is dynamic.",
        &by_interval(seconds),
    );
    metrics.gauges(
        "anchorage_captcha_interval_registrations",
        "Registrations in the interval that ends now; 0 unless the captcha is dynamic.",
        &by_interval(counts),
    );
}

fn log_in_gauges(metrics: &mut Metrics, state: &State) {
    metrics.gauge(
        "anchorage_salt_set",
        "1 if the salt was drawn.",
        flag(state.salt().is_some()),
    );
    metrics.gauge(
        "anchorage_signatures",
        "Prepared signatures in the certified map, expired ones that wait to be pruned included.",
        float(state.signatures.len() as u64),
    );
    metrics.gauge(
        "anchorage_signatures_per_caller_limit",
        "Prepared signatures that one caller can have.",
        float(signatures::PER_CALLER as u64),
    );
    metrics.gauge(
        "anchorage_authentication_cache_entries",
        "Remembered answers who may act for an anchor, expired ones that wait to be forgotten included.",
        float(state.auth_cache.len() as u64),
    );
    metrics.gauge(
        "anchorage_authentication_cache_entries_limit",
        "Answers who may act for an anchor that can be remembered.",
        float(auth_cache::LIMIT as u64),
    );
    metrics.gauge(
        "anchorage_delegation_longest_life_seconds",
        "Longest life of a delegation.",
        float(state.settings().max_ttl_ns / 1_000_000_000),
    );
}

/// What a shard's sample says, by its id. Families with no shard yet have a header and no sample.
fn shard_gauges(metrics: &mut Metrics, state: &State) {
    let rows = state.routing().rows();
    let states = STATES.map(|state| ([("state", routing::state_word(state))], state));
    let counted = states.each_ref().map(|(labels, state)| {
        let count = rows.iter().filter(|row| row.state == *state).count();
        (&labels[..], float(count as u64))
    });
    metrics.gauges(
        "anchorage_shards",
        "Shards in the routing table, by what front sends them.",
        &counted,
    );
    let ids: Vec<String> = rows.iter().map(|row| row.canister.to_text()).collect();
    let labels: Vec<[(&str, &str); 1]> = ids.iter().map(|id| [("shard", id.as_str())]).collect();
    let mut per_shard = |name, help, value: &dyn Fn(&types::front::ShardRoute) -> f64| {
        let samples: Vec<(&[(&str, &str)], f64)> = labels
            .iter()
            .zip(rows)
            .map(|(labels, row)| (&labels[..], value(row)))
            .collect();
        metrics.gauges(name, help, &samples);
    };
    per_shard(
        "anchorage_shard_blocks",
        "Length of a shard's log as front last saw it.",
        &|row| float(state.tips.get(row.canister).map_or(0, |tip| tip.log_length)),
    );
    per_shard(
        "anchorage_shard_anchors",
        "Anchor numbers that a shard has given, as front last saw it.",
        &|row| {
            let next = state.tips.get(row.canister);
            let next = next.map_or(0, |tip| tip.next_anchor.get());
            float(next.saturating_sub(row.range.lo().get()))
        },
    );
    per_shard(
        "anchorage_shard_anchors_limit",
        "Anchor numbers of a shard's range.",
        &|row| float(row.range.len()),
    );
    per_shard(
        "anchorage_shard_rolled_back",
        "1 if a shard lacked the expected tip when front last heard of it: repair it; 0 also if front has not heard of it since the last upgrade.",
        &|row| flag(state.tips.is_rolled_back(row.canister)),
    );
    per_shard(
        "anchorage_shard_open_calls",
        "Calls to a shard that wait for their answer.",
        &|row| f64::from(state.crowd.open_calls(row.canister)),
    );
    per_shard(
        "anchorage_shard_status_timestamp_seconds",
        "When a shard last told its status, since 1970; 0 if it has not since the last upgrade.",
        &|row| {
            let report = state.fleet.report(row.canister);
            float(report.map_or(0, |report| report.at.get() / 1_000_000_000))
        },
    );
    per_shard(
        "anchorage_shard_disagrees",
        "1 if a shard, when it last told its status, had another front or other numbers than its row; 0 also if it has not told it since the last upgrade.",
        &|row| {
            let report = state.fleet.report(row.canister);
            flag(report.is_some_and(|report| !report.agrees))
        },
    );
    metrics.gauge(
        "anchorage_shard_open_calls_limit",
        "Calls to one shard that can wait at once.",
        f64::from(crowd::LIMIT),
    );
}

const STATES: [ShardState; 4] = [
    ShardState::Open,
    ShardState::Sealed,
    ShardState::Maintenance,
    ShardState::Unreachable,
];

fn flag(value: bool) -> f64 {
    if value { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests;
