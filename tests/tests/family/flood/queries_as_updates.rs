//! Public queries that anybody may call as updates too (`docs/access.md`): the canister pays for these, and they take
//! their turn among those of people. Ten thousand calls of each method; a test has one or two, so that none takes minutes.

use super::{CALLS, DAPP, Flood, anybody, metrics};
use anchorage_tests::encoded;
use anchorage_tests::family::{Role, Setup};
use types::archive::Cursor;
use types::icrc3::{GetArchivesArgs, GetBlocksRequest};
use types::{AnchorNumber, BlockIndex};

/// The first anchor, which everything is asked about.
const ANCHOR: AnchorNumber = AnchorNumber::new(10_000);
/// Cycles for a call: 6.2 million for one that does nothing, and something for the answer.
const CYCLES: u128 = 10_000_000;

/// An argument with which the method replies.
fn argument(method: &str) -> Vec<u8> {
    match method {
        "config"
        | "routing"
        | "stats"
        | "whoami"
        | "expected_tips"
        | "status"
        | "icrc3_get_tip_certificate"
        | "icrc3_supported_block_types" => encoded(()),
        "lookup" | "get_anchor_credentials" => encoded((ANCHOR,)),
        "lookup_device_key" => encoded((vec![7_u8; 64],)),
        "public_state" => encoded((ANCHOR, 1_000_u32)),
        "get_entries" => encoded((None::<BlockIndex>, None::<u16>)),
        "get_anchor_entries" => encoded((ANCHOR, None::<Cursor>, None::<u16>)),
        "icrc3_get_archives" => encoded((GetArchivesArgs { from: None },)),
        "icrc3_get_blocks" => {
            let run = GetBlocksRequest {
                start: 0_u8.into(),
                length: 1_000_u16.into(),
            };
            encoded((vec![run],))
        }
        "http_request" => encoded((metrics(),)),
        other => panic!("give an argument for {other}"),
    }
}

/// Ten thousand updates of each of these methods.
fn come(target: Role, methods: Vec<&'static str>) {
    let family = Setup::default().deploy();
    family.register("first").logs_in_to(DAPP);
    family.waits_until_archived(0);
    let arguments: Vec<Vec<u8>> = methods.iter().map(|method| argument(method)).collect();
    for (method, argument) in methods.iter().zip(&arguments) {
        let (network, id) = (&family.network, family.id(target));
        let answer = network.update_call(id, anybody(0), method, argument.clone());
        assert!(answer.is_ok(), "{method}: {answer:?}");
    }
    let calls = CALLS * methods.len();
    let flood = Flood::begins(target, methods, family, calls);
    flood.comes(|n| (anybody(n), arguments[n % arguments.len()].clone()));
    flood.has_cost_at_most(CYCLES);
}

#[test]
fn of_settings_of_front() {
    come(Role::Front, vec!["config", "routing"]);
}

#[test]
fn of_statistics_of_front() {
    come(Role::Front, vec!["expected_tips", "stats"]);
}

#[test]
fn of_questions_who_one_is() {
    come(Role::Front, vec!["whoami"]);
}

#[test]
fn of_lookups_at_a_shard() {
    come(Role::Registry(0), vec!["lookup", "lookup_device_key"]);
}

#[test]
fn of_anchors_of_a_shard() {
    let methods = vec!["get_anchor_credentials", "public_state"];
    come(Role::Registry(0), methods);
}

#[test]
fn of_blocks_of_a_shard() {
    come(Role::Registry(0), vec!["icrc3_get_blocks", "status"]);
}

#[test]
fn of_what_a_shard_says_of_its_log() {
    let methods = vec!["icrc3_get_archives", "icrc3_supported_block_types"];
    come(Role::Registry(0), methods);
}

#[test]
fn of_entries_of_an_archive() {
    come(Role::Archive(0), vec!["get_anchor_entries", "get_entries"]);
}

#[test]
fn of_blocks_of_an_archive() {
    let methods = vec!["icrc3_get_blocks", "icrc3_get_tip_certificate"];
    come(Role::Archive(0), methods);
}

#[test]
fn of_what_an_archive_says_of_its_log() {
    let methods = vec!["icrc3_get_archives", "icrc3_supported_block_types"];
    come(Role::Archive(0), methods);
}

#[test]
fn of_the_state_of_an_archive() {
    come(Role::Archive(0), vec!["http_request", "status"]);
}
