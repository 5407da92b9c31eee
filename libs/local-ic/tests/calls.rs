//! Canisters through the published client: creation, installation, calls, their statuses.

mod common;

use candid::Principal;
use common::{application, echo};
use pocket_ic::common::rest::{BlobCompression, RawEffectivePrincipal};
use pocket_ic::{ErrorCode, IngressStatusResult, PocketIc, RejectCode};

const ANYBODY: Principal = Principal::anonymous();

fn with_echo() -> (PocketIc, Principal) {
    let ic = application();
    let canister = ic.create_canister();
    ic.add_cycles(canister, 1 << 60);
    ic.install_canister(canister, echo(), vec![], None);
    (ic, canister)
}

#[test]
fn the_first_canister_has_the_documented_id() {
    let ic = application();
    let canister = ic.create_canister();
    assert_eq!(canister.to_text(), "lxzze-o7777-77777-aaaaa-cai");
    assert_eq!(
        ic.get_subnet(canister),
        Some(ic.topology().get_app_subnets()[0])
    );
    assert_eq!(ic.get_controllers(canister), [ANYBODY]);
    assert_eq!(ic.get_subnet(Principal::management_canister()), None);
}

#[test]
fn updates_and_queries_answer() {
    let (ic, canister) = with_echo();
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(
        ic.update_call(canister, ANYBODY, "reply", bytes.clone()),
        Ok(bytes.clone())
    );
    assert_eq!(
        ic.query_call(canister, ANYBODY, "ask", bytes.clone()),
        Ok(bytes)
    );
}

#[test]
fn rejections_of_execution_are_certified_and_those_before_it_are_not() {
    let (ic, canister) = with_echo();
    let trapped = ic
        .update_call(canister, ANYBODY, "fail", vec![])
        .unwrap_err();
    assert_eq!(trapped.error_code, ErrorCode::CanisterCalledTrap);
    assert_eq!(trapped.reject_code, RejectCode::CanisterError);
    assert!(trapped.reject_message.contains("planted"), "{trapped}");
    assert!(trapped.certified);

    let silent = ic
        .update_call(canister, ANYBODY, "never", vec![])
        .unwrap_err();
    assert_eq!(silent.error_code, ErrorCode::CanisterDidNotReply);

    ic.stop_canister(canister, None).unwrap();
    let stopped = ic
        .submit_call(canister, ANYBODY, "reply", vec![])
        .unwrap_err();
    assert_eq!(stopped.error_code, ErrorCode::CanisterStopped);
    assert!(!stopped.certified);

    ic.start_canister(canister, None).unwrap();
    let query = ic
        .query_call(canister, ANYBODY, "no such method", vec![])
        .unwrap_err();
    assert_eq!(query.error_code, ErrorCode::CanisterMethodNotFound);
    assert!(!query.certified);
}

#[test]
fn a_submitted_call_waits_for_a_round() {
    let (ic, canister) = with_echo();
    let sender = Principal::self_authenticating([1]);
    let call = ic.submit_call(canister, sender, "reply", vec![5]).unwrap();
    assert_eq!(ic.ingress_status(call.clone()), None);
    ic.tick();
    assert_eq!(ic.ingress_status(call.clone()), Some(Ok(vec![5])));
    let stranger = ic.ingress_status_as(call.clone(), ANYBODY);
    assert!(
        matches!(stranger, IngressStatusResult::Forbidden(_)),
        "{stranger:?}"
    );
    let own = ic.ingress_status_as(call.clone(), sender);
    assert!(
        matches!(own, IngressStatusResult::Success(Ok(_))),
        "{own:?}"
    );
    assert_eq!(ic.await_call(call), Ok(vec![5]));
}

#[test]
#[should_panic(expected = "not known")]
fn nobody_waits_for_a_call_that_was_never_made() {
    let (ic, canister) = with_echo();
    let mut call = ic.submit_call(canister, ANYBODY, "reply", vec![]).unwrap();
    call.message_id[0] ^= 1;
    let _ = ic.await_call(call);
}

#[test]
fn stable_memory_can_be_read_and_replaced() {
    let (ic, canister) = with_echo();
    assert!(ic.get_stable_memory(canister).is_empty());
    ic.update_call(canister, ANYBODY, "grow", vec![]).unwrap();
    let memory = ic.get_stable_memory(canister);
    assert_eq!((memory.len(), memory[0], memory[1]), (65_536, b'!', 0));
    for (fill, compression) in [
        (1, BlobCompression::NoCompression),
        (2, BlobCompression::Gzip),
    ] {
        let contents = vec![fill; 70_000];
        let sent = match compression {
            BlobCompression::NoCompression => contents.clone(),
            BlobCompression::Gzip => gzip(&contents),
        };
        ic.set_stable_memory(canister, sent, compression);
        let memory = ic.get_stable_memory(canister);
        assert_eq!(memory.len(), 131_072, "filled up to whole pages");
        assert_eq!(memory[..70_000], contents);
    }
}

fn gzip(contents: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(contents).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn cycles_are_128_bits_wide() {
    let ic = application();
    let canister = ic.create_canister();
    let before = ic.cycle_balance(canister);
    let after = ic.add_cycles(canister, 1 << 100);
    assert_eq!(after, before + (1 << 100));
    assert_eq!(ic.cycle_balance(canister), after);
}

#[test]
fn logs_come_through_a_query() {
    let (ic, canister) = with_echo();
    ic.update_call(canister, ANYBODY, "say", b"hello".to_vec())
        .unwrap();
    let logs = ic.fetch_canister_logs(canister, ANYBODY).unwrap();
    let lines: Vec<&[u8]> = logs.iter().map(|record| &record.content[..]).collect();
    assert_eq!(lines, [b"hello"]);
}

#[test]
fn a_big_module_comes_in_chunks() {
    let ic = application();
    let canister = ic.create_canister();
    ic.add_cycles(canister, 1 << 60);
    let mut module = echo();
    // A custom section of 2 MB: id 0, LEB128 length, a name of one byte, zeros.
    let contents = vec![0u8; 2_000_000];
    module.push(0);
    let mut length = contents.len() + 2;
    while length >= 0x80 {
        module.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    module.push(u8::try_from(length).unwrap());
    module.extend([1, b'x']);
    module.extend(contents);
    ic.install_canister(canister, module, vec![], None);
    assert_eq!(
        ic.update_call(canister, ANYBODY, "reply", vec![3]),
        Ok(vec![3])
    );
}

#[test]
fn the_effective_principal_chooses_the_subnet() {
    let ic = common::builder()
        .with_nns_subnet()
        .with_application_subnet()
        .build();
    let topology = ic.topology();
    let (nns, application) = (topology.get_nns().unwrap(), topology.get_app_subnets()[0]);
    let on_nns = ic.create_canister_on_subnet(None, None, nns);
    assert_eq!(ic.get_subnet(on_nns), Some(nns));
    let by_default = ic.create_canister();
    assert_eq!(ic.get_subnet(by_default), Some(application));

    let nowhere = RawEffectivePrincipal::SubnetId(vec![1, 2, 3]);
    let refused = ic
        .submit_call_with_effective_principal(
            Principal::management_canister(),
            nowhere,
            ANYBODY,
            "provisional_create_canister_with_cycles",
            candid::encode_one(()).unwrap(),
        )
        .unwrap_err();
    assert_eq!(refused.error_code, ErrorCode::SubnetNotFound);
}
