//! What the parts of a request must agree on: effective ids, endpoints, subnets.

use super::*;
use crate::ic::tests::{COUNTER, install, update};
use ic_management_canister_types::CanisterIdRecord;

fn management(ic: &Ic, method: &str, arg: Vec<u8>) -> Vec<u8> {
    envelope(EnvelopeContent::Call {
        nonce: None,
        ingress_expiry: ic.time() + 60_000_000_000,
        sender: Principal::anonymous(),
        canister_id: Principal::management_canister(),
        method_name: method.to_string(),
        arg,
        sender_info: None,
    })
}

fn read(
    ic: &Ic,
    effective: Effective,
    form: RangesForm,
    path: &[&[u8]],
) -> Result<Certificate, HttpError> {
    let path = path
        .iter()
        .map(|label| ic_certification::hash_tree::Label::from_bytes(label));
    let body = envelope(EnvelopeContent::ReadState {
        ingress_expiry: ic.time() + 60_000_000_000,
        sender: Principal::anonymous(),
        paths: vec![path.collect()],
    });
    let answer = ic.http_read_state(effective, &body, form)?;
    Ok(certificate(&answer))
}

/// The subnets, the root subnet first.
fn subnets(ic: &Ic) -> Vec<SubnetId> {
    ic.network()
        .subnets
        .iter()
        .map(|subnet| subnet.id)
        .collect()
}

/// A number in the unsigned LEB128 form.
fn leb128(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 7 | u64::from(byte & 0x7f))
}

#[test]
fn calls_that_name_no_canister_are_refused_as_the_management_canister_does() {
    let mut ic = ic();
    let effective = ic.topology().default_effective_canister_id;
    let mut refusal = |method: &str, arg: Vec<u8>| {
        let body = management(&ic, method, arg);
        match ic.http_call(effective, &body).unwrap() {
            Submission::Rejected(body) => String::from_utf8_lossy(&body).to_string(),
            Submission::Accepted(..) => panic!("{method} was accepted"),
        }
    };
    let nothing = Encode!().unwrap();
    for (method, arg, code) in [
        ("raw_rand", nothing.clone(), "IC0406"),
        ("create_canister", nothing.clone(), "IC0406"),
        ("start_canister", nothing.clone(), "IC0408"),
        ("no_such_method", nothing, "IC0407"),
        ("stop_canister", b"junk".to_vec(), "IC0408"),
    ] {
        let text = refusal(method, arg);
        assert!(text.contains(code), "{method}: {text}");
    }
    let other = Encode!(&CanisterIdRecord {
        canister_id: Principal::anonymous()
    })
    .unwrap();
    let body = management(&ic, "start_canister", other);
    assert_eq!(ic.http_call(effective, &body).unwrap_err().status, 400);
}

#[test]
fn each_subnet_knows_its_own_calls() {
    on_big_stack(|| {
        let mut ic = ic();
        let body = envelope(create(&ic, 1));
        let ids = ic
            .network()
            .subnets
            .iter()
            .map(|subnet| CanisterId::from_index(subnet.allocation.0));
        let accepted: Vec<_> = ids
            .collect::<Vec<_>>()
            .into_iter()
            .map(|effective| match ic.http_call(effective, &body).unwrap() {
                Submission::Accepted(subnet, id) => (subnet, id),
                Submission::Rejected(_) => panic!("the call was refused"),
            })
            .collect();
        ic.tick();
        for (subnet, id) in accepted {
            let answer = ic.http_call_answer(subnet, id, RangesForm::Tree);
            let tree = certificate(&answer.expect("it was executed here")).tree;
            let path = [b"request_status".as_slice(), &id.0, b"status"];
            assert_eq!(tree.lookup_path(path), LookupResult::Found(b"replied"));
        }
    });
}

#[test]
fn a_status_is_read_at_the_id_that_the_call_was_sent_to() {
    on_big_stack(|| {
        let mut ic = ic();
        let first = ic.topology().default_effective_canister_id;
        let second = CanisterId::from_index(first.index().unwrap() + 1);
        let body = envelope(create(&ic, 1));
        let Submission::Accepted(subnet, id) = ic.http_call(first, &body).unwrap() else {
            panic!("the call was refused");
        };
        let status = |effective| {
            read(
                &ic,
                effective,
                RangesForm::Tree,
                &[b"request_status", &id.0],
            )
        };
        assert!(status(Effective::Canister(first)).is_ok());
        for other in [Effective::Canister(second), Effective::Subnet(subnet)] {
            assert_eq!(status(other).unwrap_err().status, 400);
        }
        let unknown = read(
            &ic,
            Effective::Subnet(subnet),
            RangesForm::Tree,
            &[b"request_status", &[1; 32]],
        );
        assert!(unknown.is_ok(), "nobody's request is nobody's secret");
    });
}

#[test]
fn the_flat_ranges_of_other_subnets_are_only_in_the_old_endpoints() {
    let ic = ic();
    let ids = subnets(&ic);
    let (root, other) = (ids[0], ids[1]);
    let at = Effective::Subnet(other);
    for (form, visible) in [(RangesForm::Flat, true), (RangesForm::Tree, false)] {
        for (id, visible) in [(root, true), (other, visible)] {
            let path = [b"subnet".as_slice(), id.0.as_slice(), b"canister_ranges"];
            let asked = read(&ic, at, form, &path).map(drop);
            assert_eq!(
                asked.map_err(|error| error.status),
                visible.then_some(()).ok_or(404)
            );
            for prefix in [&path[..1], &path[..2]] {
                let tree = read(&ic, at, form, prefix).unwrap().tree;
                let found = matches!(tree.lookup_path(path), LookupResult::Found(_));
                assert_eq!(found, visible, "{form:?}");
                assert!(found || tree.lookup_path(path) == LookupResult::Unknown);
            }
        }
    }
}

#[test]
fn metrics_are_those_of_the_subnet_that_is_asked() {
    let ic = ic();
    let ids = subnets(&ic);
    let of = |id: SubnetId| {
        let path = [b"subnet".as_slice(), id.0.as_slice(), b"metrics"];
        read(&ic, Effective::Subnet(ids[1]), RangesForm::Tree, &path).map(drop)
    };
    assert_eq!(of(ids[1]), Ok(()));
    assert_eq!(of(ids[0]).unwrap_err().status, 404);
}

#[test]
fn certificates_say_when_a_canister_was_made_and_when_its_code_was_installed() {
    on_big_stack(|| {
        let mut ic = ic();
        let created = ic.time() + 1;
        let id = install(&mut ic, COUNTER);
        let installed = ic.time();
        ic.set_time(ic.time() + 5).unwrap();
        ic.tick();
        let number = |ic: &Ic, name: &str| {
            let path = [b"canister".as_slice(), id.0.as_slice(), name.as_bytes()];
            let tree = read(ic, Effective::Canister(id), RangesForm::Tree, &path)
                .unwrap()
                .tree;
            match tree.lookup_path(path) {
                LookupResult::Found(bytes) => Some(leb128(bytes)),
                LookupResult::Absent => None,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(number(&ic, "canister_creation_timestamp"), Some(created));
        assert_eq!(number(&ic, "last_install_timestamp"), Some(installed));
        let about = Encode!(&CanisterIdRecord { canister_id: id.0 }).unwrap();
        update(&mut ic, CanisterId::MANAGEMENT, "uninstall_code", about).unwrap();
        assert_eq!(number(&ic, "canister_creation_timestamp"), Some(created));
        assert_eq!(number(&ic, "last_install_timestamp"), None);
    });
}
