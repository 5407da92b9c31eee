//! The interface: `front.did` is what the code exports, and what Internet Identity's clients know.

use candid::types::subtype::{OptReport, subtype_with_config};
use candid::types::{FuncMode, Type, TypeEnv};
use candid_parser::utils::{CandidSource, instantiate_candid, service_equal};
use std::collections::HashSet;

const DID: &str = include_str!("../front.did");

/// Internet Identity's interface, cut down to the methods that front has.
const PINNED: &str = include_str!("../tests/data/internet_identity.did");

/// A `.did`: its types, its service, its init arguments.
fn interface(text: &str) -> (TypeEnv, Type, Vec<Type>) {
    let (init, (env, service)) = instantiate_candid(CandidSource::Text(text)).expect("valid");
    (env, service, init)
}

/// `sub` of one interface is a subtype of `sup` of another one, and no field silently turns into null.
fn assert_subtype(sub: (&TypeEnv, &Type), sup: (&TypeEnv, &Type)) {
    let mut env = sub.0.clone();
    let sup = env.merge_type(sup.0.clone(), sup.1.clone());
    subtype_with_config(OptReport::Error, &mut HashSet::new(), &env, sub.1, &sup)
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_interface_file_is_what_the_code_exports() {
    let exported = super::__export_service();
    service_equal(CandidSource::Text(DID), CandidSource::Text(&exported))
        .expect("front.did and the code agree");
}

/// Every method of theirs that front has takes at least what theirs takes and answers at most what
/// theirs answers. That some are composite queries is the one difference that clients cannot see.
#[test]
fn internet_identitys_clients_can_call_front() {
    let (env, service, init) = interface(&DID.replace("composite_query", "query"));
    let (their_env, their_service, their_init) = interface(PINNED);
    assert_subtype((&env, &service), (&their_env, &their_service));
    assert_subtype((&their_env, &their_init[0]), (&env, &init[0]));
}

#[test]
fn what_asks_shards_in_a_query_is_a_composite_query() {
    let (env, service, _) = interface(DID);
    let methods = env.as_service(&service).expect("a service");
    let composite: Vec<&str> = methods
        .iter()
        .filter(|(_, method)| {
            let method = env.as_func(method).expect("a function");
            method.modes == [FuncMode::CompositeQuery]
        })
        .map(|(name, _)| name.as_str())
        .collect();
    let expected = [
        "get_anchor_credentials",
        "get_principal",
        "lookup",
        "lookup_device_key",
    ];
    assert_eq!(composite, expected);
}

#[test]
fn every_method_says_who_may_call() {
    let service = DID.split("service :").nth(1).expect("a service");
    let paragraphs = service.split("\n\n");
    for paragraph in paragraphs {
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        let method = lines
            .iter()
            .rfind(|line| line.ends_with(';') && line.contains("->"));
        let method = method.unwrap_or_else(|| panic!("no method in {paragraph}"));
        let comment: String = lines
            .iter()
            .filter(|line| line.starts_with("//"))
            .copied()
            .collect();
        assert!(
            ["Anyone.", "device", "Controllers.", "caller"]
                .iter()
                .any(|word| comment.contains(word)),
            "{method}: {comment}"
        );
    }
}
