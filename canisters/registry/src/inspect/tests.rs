use super::*;
use crate::fixtures::{ARCHIVE, FRONT, World, caller, principal};

const READS: [&str; 8] = [
    "lookup",
    "get_anchor_credentials",
    "lookup_device_key",
    "public_state",
    "status",
    "icrc3_get_blocks",
    "icrc3_get_archives",
    "icrc3_supported_block_types",
];
const ORDERS: [&str; 9] = [
    "create_anchor",
    "apply",
    "authenticate",
    "identify",
    "anchor_info",
    "enter_registration_mode",
    "exit_registration_mode",
    "add_tentative_device",
    "verify_tentative_device",
];
const CONTROLS: [&str; 4] = ["set_archives", "configure", "repair", "declare_lost"];

fn accepted(caller: Caller) -> Vec<&'static str> {
    accepted_if(caller, true)
}

fn accepted_if(caller: Caller, pays_for_reads: bool) -> Vec<&'static str> {
    let world = World::new();
    let methods = READS.iter().chain(&ORDERS).chain(&CONTROLS);
    methods
        .chain(&[
            "fetch_blocks",
            "icrc3_get_tip_certificate",
            "http_request",
            "no_method",
        ])
        .copied()
        .filter(|method| accepts(&world.shard, method, caller, pays_for_reads))
        .collect()
}

#[test]
fn strangers_may_read() {
    assert_eq!(accepted(caller(principal("a"))), READS);
    assert_eq!(accepted(caller(types::Principal::anonymous())), READS);
}

#[test]
fn controllers_may_also_configure_and_repair() {
    let controller = Caller {
        principal: principal("c"),
        is_controller: true,
    };
    assert_eq!(accepted(controller), [&READS[..], &CONTROLS].concat());
}

#[test]
fn front_and_archives_may_do_what_is_theirs() {
    assert_eq!(accepted(caller(FRONT)), [&READS[..], &ORDERS].concat());
    let archive = accepted(caller(ARCHIVE));
    assert_eq!(archive, [&READS[..], &["fetch_blocks"]].concat());
}

#[test]
fn what_front_and_controllers_need_goes_on_when_reads_are_not_paid_for() {
    let nothing: [&str; 0] = [];
    assert_eq!(accepted_if(caller(principal("a")), false), nothing);
    assert_eq!(accepted_if(caller(FRONT), false), ORDERS);
    let controller = Caller {
        principal: principal("c"),
        is_controller: true,
    };
    assert_eq!(
        accepted_if(controller, false),
        [&READS[..], &CONTROLS].concat()
    );
}
