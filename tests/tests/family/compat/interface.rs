//! What can be seen without a canister: the interfaces, the generated client, the recorded bytes.

use super::{Interface, RECORDING, recording};
use anchorage_tests::compat::{Kind, Recording, client_source};
use candid::IDLArgs;
use candid::types::subtype::{OptReport, subtype_with_config};
use candid::types::{FuncMode, Type, TypeEnv};
use std::collections::{BTreeSet, HashSet};
use types::front::ChallengeResult;
use types::lean::reader::{self, Arguments};
use types::{
    AnchorNumber, CredentialId, DeviceData, DeviceKey, Principal, SessionKey, TimestampNs,
};

/// Methods that are queries in the published interface and composite queries of front. Clients call both the same way.
const COMPOSITE: [&str; 4] = [
    "get_anchor_credentials",
    "get_principal",
    "lookup",
    "lookup_device_key",
];

#[test]
fn the_client_is_what_the_generator_makes_of_the_published_interface() {
    let committed = include_str!("../../../src/compat/client.rs");
    assert!(
        committed == client_source(),
        "run `cargo run -p anchorage-tests --example compat_record`"
    );
}

#[test]
fn the_recorded_bytes_are_what_the_client_sends_and_reads() {
    assert_eq!(recording(), Recording::of_the_client());
    assert_eq!(RECORDING, Recording::of_the_client().to_string());
}

#[test]
fn every_published_method_is_recorded_and_there() {
    let (theirs, ours) = (Interface::theirs(), Interface::ours());
    let recorded = recording().0;
    for method in theirs.methods().keys() {
        for kind in [Kind::Argument, Kind::Result] {
            let mut of_method = recorded.iter().filter(|one| one.method == *method);
            assert!(of_method.any(|one| one.kind == kind), "{method}: {kind:?}");
        }
        assert!(ours.has(method), "{method} is missing");
    }
}

/// `sub` of one interface is a subtype of `sup` of another one, and no field silently turns into null.
fn assert_subtype(what: &str, sub: (&TypeEnv, &Type), sup: (&TypeEnv, &Type)) {
    let mut types = sub.0.clone();
    let sup = types.merge_type(sup.0.clone(), sup.1.clone());
    subtype_with_config(OptReport::Error, &mut HashSet::new(), &types, sub.1, &sup)
        .unwrap_or_else(|error| panic!("{what}: {error}"));
}

fn tuple(types: &[Type]) -> Type {
    let fields = types.iter().cloned().enumerate().map(|(index, ty)| {
        let index = u32::try_from(index).expect("a few arguments");
        candid::types::Field {
            id: candid::types::Label::Id(index).into(),
            ty,
        }
    });
    candid::types::TypeInner::Record(fields.collect()).into()
}

#[test]
fn front_takes_at_least_what_theirs_takes_and_answers_at_most_what_theirs_answers() {
    let (theirs, ours) = (Interface::theirs(), Interface::ours());
    let of_ours = ours.methods();
    for (method, their_function) in theirs.methods() {
        let Some(function) = of_ours.get(method) else {
            continue;
        };
        let taken = tuple(&function.args);
        let sent = tuple(&their_function.args);
        assert_subtype(method, (&theirs.types, &sent), (&ours.types, &taken));
        let answered = tuple(&function.rets);
        let read = tuple(&their_function.rets);
        // Fields that their clients do not know are allowed in answers; a subtype may have them.
        assert_subtype(method, (&ours.types, &answered), (&theirs.types, &read));

        let expected: &[FuncMode] = if COMPOSITE.contains(&method) {
            assert_eq!(their_function.modes, [FuncMode::Query], "{method}");
            &[FuncMode::CompositeQuery]
        } else {
            &their_function.modes
        };
        assert_eq!(function.modes, expected, "{method}");
    }
    assert_subtype(
        "the argument of an installation",
        (&theirs.types, &theirs.init[0]),
        (&ours.types, &ours.init[0]),
    );
}

/// What front decodes of an argument, and what it can put into an answer, is everything that was recorded.
#[test]
fn nothing_of_the_recorded_values_is_lost_in_our_types() {
    let (theirs, ours) = (Interface::theirs(), Interface::ours());
    let (their_methods, our_methods) = (theirs.methods(), ours.methods());
    let mut seen = BTreeSet::new();
    for one in recording().0 {
        let Some(our_function) = our_methods.get(&*one.method) else {
            continue;
        };
        let their_function = their_methods[&*one.method];
        let (our_types, their_types) = match one.kind {
            Kind::Argument => (&our_function.args, &their_function.args),
            Kind::Result => (&our_function.rets, &their_function.rets),
        };
        let what = format!("{}: {}", one.method, one.case);
        let read = |bytes: &[u8], interface: &Interface, types: &[Type]| {
            let values = IDLArgs::from_bytes_with_types(bytes, &interface.types, types);
            values.unwrap_or_else(|error| panic!("{what}: {error}"))
        };
        let by_us = read(&one.bytes, &ours, our_types)
            .to_bytes_with_types(&ours.types, our_types)
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(
            read(&by_us, &theirs, their_types),
            read(&one.bytes, &theirs, their_types),
            "{what}"
        );
        seen.insert(one.method);
    }
    assert_eq!(seen.len(), their_methods.len());
}

/// Front's reader, on this machine: all that the client sends.
#[test]
fn what_the_client_sends_is_read() {
    type Device = DeviceData;
    type Number = AnchorNumber;
    let mut arguments = 0;
    for one in recording().0 {
        if one.kind != Kind::Argument {
            continue;
        }
        let bytes = &one.bytes;
        let is_read = match &*one.method {
            "register" => is_read::<(Device, ChallengeResult, Option<Principal>)>(bytes),
            "add" | "add_tentative_device" => is_read::<(Number, Device)>(bytes),
            "update" | "replace" => is_read::<(Number, DeviceKey, Device)>(bytes),
            "remove" => is_read::<(Number, DeviceKey)>(bytes),
            "prepare_delegation" => is_read::<(Number, String, SessionKey, Option<u64>)>(bytes),
            "get_delegation" => is_read::<(Number, String, SessionKey, TimestampNs)>(bytes),
            "get_principal" | "verify_tentative_device" => is_read::<(Number, String)>(bytes),
            "lookup_device_key" => is_read::<(CredentialId,)>(bytes),
            "lookup"
            | "get_anchor_credentials"
            | "get_anchor_info"
            | "enter_device_registration_mode"
            | "exit_device_registration_mode" => is_read::<(Number,)>(bytes),
            _ => continue,
        };
        assert!(is_read, "{}: {}", one.method, one.case);
        arguments += 1;
    }
    assert!(arguments >= 27, "{arguments} arguments");
}

fn is_read<T: Arguments>(bytes: &[u8]) -> bool {
    reader::arguments::<T>(bytes).is_ok()
}
