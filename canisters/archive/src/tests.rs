use candid_parser::utils::{CandidSource, service_equal};
use canister_kit::guards::Caller;

use super::*;

const DID: &str = include_str!("../archive.did");

candid::export_service!();

#[test]
fn the_interface_file_equals_the_code() {
    let code = __export_service();
    service_equal(CandidSource::Text(&code), CandidSource::Text(DID)).unwrap();
}

/// The methods as the interface file declares them.
fn declared() -> Vec<String> {
    let (_, actor) = CandidSource::Text(DID)
        .load()
        .map(|(env, actor)| (env, actor.unwrap()))
        .unwrap();
    let candid::types::TypeInner::Class(_, service) = actor.as_ref() else {
        panic!("an archive has an init argument");
    };
    let candid::types::TypeInner::Service(methods) = service.as_ref() else {
        panic!("no service");
    };
    methods.iter().map(|(name, _)| name.clone()).collect()
}

#[test]
fn every_method_has_a_comment_that_says_who_may_call() {
    let (_, service) = DID.split_once("service :").unwrap();
    for method in declared() {
        let (before, _) = service.split_once(&format!("  {method} :")).unwrap();
        let comment = before.rsplit("\n\n").next().unwrap();
        for line in comment.trim().lines() {
            let line = line.trim();
            assert!(
                line.is_empty() || line.starts_with("//") || line == "(ArchiveInit) -> {",
                "{line}"
            );
        }
        assert!(
            comment.contains("Caller: "),
            "{method} says nothing about its callers"
        );
        assert!(
            comment.contains("Cost: "),
            "{method} says nothing about its cost"
        );
    }
}

#[test]
fn strangers_reach_exactly_the_declared_methods() {
    let stranger = Caller {
        principal: Principal::anonymous(),
        is_controller: false,
    };
    let mut declared = declared();
    declared.sort();
    assert_eq!(declared, inspect::PUBLIC);
    for method in &declared {
        assert!(inspect::accepts(stranger, method, true), "{method}");
        assert!(!inspect::accepts(stranger, method, false), "{method}");
    }
    for method in [
        "",
        "get_entrie",
        "<ic-cdk internal> timer_executor",
        "write_entry",
    ] {
        assert!(!inspect::accepts(stranger, method, true), "{method}");
        let controller = Caller {
            is_controller: true,
            ..stranger
        };
        assert!(inspect::accepts(controller, method, false), "{method}");
    }
}

#[test]
fn an_upgrade_without_an_argument_changes_nothing() {
    let settings = ArchiveSettings {
        fetch_limit: Some(7),
        ..ArchiveSettings::default()
    };
    assert_eq!(upgrade_argument(vec![]), None);
    assert_eq!(upgrade_argument(candid::encode_args(()).unwrap()), None);
    assert_eq!(
        upgrade_argument(candid::encode_one(None::<ArchiveSettings>).unwrap()),
        None
    );
    assert_eq!(
        upgrade_argument(candid::encode_one(Some(settings)).unwrap()),
        Some(settings)
    );
}
