use super::*;
use crate::runtime::NoReply;
use crate::runtime::mock::{Mock, run, step, tip};
use crate::state::tests::{row, shard, with_shards};
use std::pin::pin;
use types::front::FrontInit;
use types::registry::ArchiveProgress;
use types::{AnchorNumber, BlockIndex};

fn archive(number: u8) -> Principal {
    shard(100 + number)
}

/// The status of shard `number`: `given` anchors, and these archives, the last of which is in service.
pub(crate) fn will_tell(mock: &Mock, number: u8, given: u64, archives: &[u8]) {
    let row = row(number);
    let mut tip = tip(given);
    tip.next_anchor = AnchorNumber::new(row.range.lo().get() + given);
    let progress = |number: &u8| ArchiveProgress {
        canister: archive(*number),
        in_service: Some(number) == archives.last(),
        acknowledged: BlockIndex::new(0),
        last_fetch: None,
        diverged: false,
    };
    let status = RegistryStatus {
        range: row.range,
        tip,
        first_kept: BlockIndex::new(0),
        archives: archives.iter().map(progress).collect(),
        front: shard(0),
        maintenance: false,
        max_devices: 10,
        backlog_limit: 1,
        retention: 1,
        operations_per_day: None,
        unindexed: None,
        layout_version: 1,
        version: String::new(),
        commit: String::new(),
    };
    mock.will_reply(Ok(candid::encode_one(status).expect("plain data")));
}

#[test]
fn stats_are_sums_over_all_shards_with_the_age_of_the_oldest_part() {
    let (mock, state) = (Mock::new(), with_shards(&[1, 2]));
    will_tell(&mock, 1, 30, &[]);
    will_tell(&mock, 2, 4, &[1, 2]);
    run(collect(&mock, &state));
    let first = mock.now();
    let totals = stats(&state.borrow());
    assert_eq!(totals.users_registered, 34);
    assert_eq!(
        totals.assigned_user_number_range,
        (AnchorNumber::new(100), AnchorNumber::new(300))
    );
    assert_eq!(totals.archive_info.archive_canister, Some(archive(2)));
    assert_eq!(totals.collected_at, Some(first));

    mock.pass(60);
    mock.will_reply(Err(NoReply::NotDone));
    will_tell(&mock, 2, 5, &[2]);
    run(collect(&mock, &state));
    let totals = stats(&state.borrow());
    assert_eq!(totals.users_registered, 35);
    assert_eq!(totals.collected_at, Some(first), "shard 1 was silent");
    let counters = &state.borrow().counters;
    assert_eq!(counters.get(metrics::COLLECTED), 3);
    assert_eq!(counters.get(metrics::COLLECT_FAILED), 1);
}

#[test]
fn before_the_first_collection_numbers_come_from_the_stored_tips() {
    let state = with_shards(&[1]);
    let mut tip = tip(3);
    tip.next_anchor = AnchorNumber::new(103);
    state.borrow_mut().tips.learn(shard(1), tip);
    let totals = stats(&state.borrow());
    assert_eq!(totals.users_registered, 3);
    assert_eq!(totals.collected_at, None);
    assert_eq!(stats(&with_shards(&[]).borrow()).users_registered, 0);
}

#[test]
fn one_collection_runs_at_a_time_and_a_dropped_one_is_no_obstacle() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    will_tell(&mock, 1, 1, &[]);
    {
        let mut first = pin!(collect(&mock, &state));
        assert!(step(first.as_mut()).is_pending());
        run(collect(&mock, &state));
        assert_eq!(mock.calls.borrow().len(), 1, "the second one asked nobody");
    }
    will_tell(&mock, 1, 2, &[]);
    run(collect(&mock, &state));
    assert_eq!(stats(&state.borrow()).users_registered, 2);
}

#[test]
fn a_collection_that_never_ends_gives_way_in_time() {
    let state = with_shards(&[1]);
    let start = TimestampNs::new(5);
    let hanging = Running::begin(&state, start);
    assert!(hanging.is_some());
    let later = start.saturating_add(COLLECTION_LIMIT_NS - 1);
    assert!(Running::begin(&state, later).is_none());
    assert!(Running::begin(&state, later.saturating_add(1)).is_some());
}

#[test]
fn a_shard_that_left_the_table_is_forgotten() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    will_tell(&mock, 1, 0, &[1]);
    run(collect(&mock, &state));
    let now = mock.now();
    state
        .borrow_mut()
        .set_routing(Vec::new(), now)
        .expect("unused");
    run(collect(&mock, &state));
    assert_eq!(state.borrow().fleet.report(shard(1)), None);
}

#[test]
fn the_discovery_list_names_front_shards_and_archives() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    will_tell(&mock, 1, 0, &[1]);
    run(collect(&mock, &state));
    let argument = FrontInit {
        metrics_gateway: Some("http://127.0.0.1:4943".to_owned()),
        ..FrontInit::default()
    };
    state
        .borrow_mut()
        .configure(argument, mock.now())
        .expect("valid");
    let list: serde_json::Value =
        serde_json::from_slice(&targets(&state.borrow(), shard(0))).expect("JSON");
    let expected = |canister: Principal, role: &str, shard: &str| {
        serde_json::json!({
            "targets": ["127.0.0.1:4943"],
            "labels": {
                "__scheme__": "http",
                "__metrics_path__": "/metrics",
                "__param_canisterId": canister.to_text(),
                "canister_id": canister.to_text(),
                "role": role,
                "shard": shard,
            }
        })
    };
    let id = shard(1).to_text();
    assert_eq!(
        list,
        serde_json::json!([
            expected(shard(0), "front", ""),
            expected(shard(1), "registry", &id),
            expected(archive(1), "archive", &id),
        ])
    );
}

#[test]
fn the_gateway_may_have_the_canister_in_its_host_name() {
    let state = with_shards(&[]);
    let list: serde_json::Value =
        serde_json::from_slice(&targets(&state.borrow(), shard(0))).expect("JSON");
    let host = format!("{}.icp0.io", shard(0));
    assert_eq!(list[0]["targets"][0], serde_json::json!(host));
    assert_eq!(list[0]["labels"]["__scheme__"], "https");
}
