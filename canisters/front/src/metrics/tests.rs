use super::*;
use crate::runtime::mock::tip;
use crate::state::Shared;
use crate::state::tests::{shard, with_shards};
use std::collections::BTreeSet;

fn text_of(state: &Shared) -> String {
    let resources = Resources {
        cycles: 1,
        liquid_cycles: 2,
        heap_bytes: 3,
        stable_bytes: 4,
    };
    let build = BuildInfo {
        canister: "front",
        version: "1",
        commit: "c",
    };
    let text = text(
        &state.borrow(),
        build,
        resources,
        TimestampNs::new(1_000_000),
    );
    String::from_utf8(text).expect("text")
}

fn families(text: &str) -> Vec<&str> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types.collect()
}

/// Names, types and order are what dashboards and alerts rest on. A new front shows them all.
#[test]
fn every_family_is_there_from_the_first_scrape_on() {
    let families_of_nothing = text_of(&with_shards(&[]));
    let families_of_one = text_of(&with_shards(&[1]));
    let expected = [
        "anchorage_build_info gauge",
        "anchorage_layout_version gauge",
        "anchorage_cycle_balance_cycles gauge",
        "anchorage_liquid_balance_cycles gauge",
        "anchorage_heap_memory_bytes gauge",
        "anchorage_stable_memory_bytes gauge",
        "anchorage_challenges_total counter",
        "anchorage_registrations_total counter",
        "anchorage_anchor_changes_total counter",
        "anchorage_tentative_devices_total counter",
        "anchorage_device_verifications_total counter",
        "anchorage_delegations_prepared_total counter",
        "anchorage_shard_calls_total counter",
        "anchorage_shard_rolled_back_answers_total counter",
        "anchorage_shard_tips_set_total counter",
        "anchorage_shard_status_collections_total counter",
        "anchorage_authentication_cache_lookups_total counter",
        "anchorage_low_cycles_refusals_total counter",
        "anchorage_shard_unexplained_tips_total counter",
        "anchorage_method_instructions histogram",
        "anchorage_last_execution_instructions histogram",
        "anchorage_service_open gauge",
        "anchorage_cycles_floor_cycles gauge",
        "anchorage_captcha_enabled gauge",
        "anchorage_captcha_dynamic gauge",
        "anchorage_registration_tokens gauge",
        "anchorage_registration_tokens_limit gauge",
        "anchorage_registration_token_interval_seconds gauge",
        "anchorage_captcha_threshold_ratio gauge",
        "anchorage_captcha_interval_seconds gauge",
        "anchorage_captcha_interval_registrations gauge",
        "anchorage_spent_challenges gauge",
        "anchorage_spent_challenges_limit gauge",
        "anchorage_salt_set gauge",
        "anchorage_signatures gauge",
        "anchorage_signatures_per_caller_limit gauge",
        "anchorage_authentication_cache_entries gauge",
        "anchorage_authentication_cache_entries_limit gauge",
        "anchorage_delegation_longest_life_seconds gauge",
        "anchorage_shards gauge",
        "anchorage_shard_blocks gauge",
        "anchorage_shard_anchors gauge",
        "anchorage_shard_anchors_limit gauge",
        "anchorage_shard_rolled_back gauge",
        "anchorage_shard_open_calls gauge",
        "anchorage_shard_status_timestamp_seconds gauge",
        "anchorage_shard_disagrees gauge",
        "anchorage_shard_open_calls_limit gauge",
    ];
    assert_eq!(families(&families_of_nothing), expected);
    assert_eq!(families(&families_of_one), expected);
}

#[test]
fn counters_and_limits_show_their_values() {
    let state = with_shards(&[1]);
    state.borrow().counters.add(REGISTER_FULL, 3);
    state.borrow().counters.observe(ADD, 20_000);
    state.borrow_mut().tips.learn(shard(1), tip(130));
    let text = text_of(&state);
    let id = shard(1);
    for line in [
        "anchorage_registrations_total{outcome=\"canister_full\"} 3 1".to_owned(),
        "anchorage_registrations_total{outcome=\"registered\"} 0 1".to_owned(),
        "anchorage_method_instructions_count{method=\"add\"} 1 1".to_owned(),
        "anchorage_shards{state=\"open\"} 1 1".to_owned(),
        "anchorage_shards{state=\"unreachable\"} 0 1".to_owned(),
        format!("anchorage_shard_blocks{{shard=\"{id}\"}} 130 1"),
        format!("anchorage_shard_anchors{{shard=\"{id}\"}} 30 1"),
        format!("anchorage_shard_rolled_back{{shard=\"{id}\"}} 0 1"),
        format!("anchorage_shard_anchors_limit{{shard=\"{id}\"}} 100 1"),
        "anchorage_delegation_longest_life_seconds 2592000 1".to_owned(),
        "anchorage_captcha_enabled 0 1".to_owned(),
        "anchorage_salt_set 0 1".to_owned(),
    ] {
        assert!(
            text.lines().any(|shown| shown == line),
            "{line} is missing in\n{text}"
        );
    }
}

#[test]
fn no_slot_and_no_method_number_is_used_twice() {
    let slots: BTreeSet<String> = COUNTERS.iter().map(|c| format!("{:?}", c.slot)).collect();
    assert_eq!(slots.len(), COUNTERS.len());
    let methods: BTreeSet<String> = METHODS.iter().map(|m| format!("{:?}", m.method)).collect();
    assert_eq!(methods.len(), METHODS.len());
}
