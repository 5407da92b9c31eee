use super::*;
use crate::topology::{InstanceConfig, SubnetKind};
use crate::wasm::execute::on_big_stack;
use crate::wasm::module::Compiler;
use candid::{Encode, Principal};
use ic_certification::Certificate;
use ic_certification::hash_tree::LookupResult;
use ic_management_canister_types::ProvisionalCreateCanisterWithCyclesArgs;
use std::borrow::Cow;
use std::sync::Arc;

mod agreement;

fn ic() -> Ic {
    let config = InstanceConfig::new(&[SubnetKind::NNS, SubnetKind::Application]);
    Ic::new(&config, Arc::new(Compiler::new(None))).unwrap()
}

fn envelope(content: EnvelopeContent) -> Vec<u8> {
    ic_transport_types::Envelope {
        content: Cow::Owned(content),
        sender_pubkey: None,
        sender_sig: None,
        sender_delegation: None,
    }
    .encode_bytes()
}

fn create(ic: &Ic, nonce: u8) -> EnvelopeContent {
    EnvelopeContent::Call {
        nonce: Some(vec![nonce]),
        ingress_expiry: ic.time() + 60_000_000_000,
        sender: Principal::anonymous(),
        canister_id: Principal::management_canister(),
        method_name: "provisional_create_canister_with_cycles".to_string(),
        arg: Encode!(&ProvisionalCreateCanisterWithCyclesArgs::default()).unwrap(),
        sender_info: None,
    }
}

fn status(ic: &Ic, id: MessageId) -> EnvelopeContent {
    EnvelopeContent::ReadState {
        ingress_expiry: ic.time() + 60_000_000_000,
        sender: Principal::anonymous(),
        paths: vec![vec![
            "request_status".into(),
            ic_certification::hash_tree::Label::from_bytes(&id.0),
        ]],
    }
}

fn certificate(body: &[u8]) -> Certificate {
    #[derive(serde::Deserialize)]
    struct Body {
        #[serde(with = "serde_bytes")]
        certificate: Vec<u8>,
    }
    let body: Body = serde_cbor::from_slice(body).unwrap();
    serde_cbor::from_slice(&body.certificate).unwrap()
}

#[test]
fn a_call_is_taken_once_executed_by_a_round_and_its_answer_certified() {
    on_big_stack(|| {
        let mut ic = ic();
        let effective = ic.topology().default_effective_canister_id;
        let content = create(&ic, 1);
        let body = envelope(content.clone());
        let Submission::Accepted(subnet, id) = ic.http_call(effective, &body).unwrap() else {
            panic!("the call was refused");
        };
        assert_eq!(id.0, *content.to_request_id());
        assert_eq!(ic.http_call_answer(subnet, id, RangesForm::Flat), None);
        assert_eq!(
            ic.http_call(effective, &body).unwrap(),
            Submission::Accepted(subnet, id)
        );
        ic.tick();
        assert_eq!(
            ic.network().subnet(subnet).unwrap().canisters.len(),
            1,
            "the same call twice creates one canister"
        );
        let answer = certificate(&ic.http_call_answer(subnet, id, RangesForm::Tree).unwrap());
        let path = [b"request_status".as_slice(), &id.0, b"status"];
        assert_eq!(
            answer.tree.lookup_path(path),
            LookupResult::Found(b"replied")
        );
    });
}

#[test]
fn the_status_of_an_unknown_request_is_proven_absent() {
    on_big_stack(|| {
        let ic = ic();
        let effective = Effective::Canister(ic.topology().default_effective_canister_id);
        let id = MessageId([7; 32]);
        let body = envelope(status(&ic, id));
        let answer = ic
            .http_read_state(effective, &body, RangesForm::Flat)
            .unwrap();
        let path = [b"request_status".as_slice(), &id.0, b"status"];
        assert_eq!(
            certificate(&answer).tree.lookup_path(path),
            LookupResult::Absent
        );
    });
}

/// The whole body counts. Subnets of canisters take 2 MiB, the NNS 3.5.
#[test]
fn a_call_that_is_too_large_has_the_status_413() {
    on_big_stack(|| {
        let mut ic = ic();
        for (subnet, most) in [(0, 3_670_016), (1, 2 << 20)] {
            let effective = CanisterId::from_index(ic.network().subnets[subnet].allocation.0);
            let mut send = |bytes: usize| {
                let mut content = create(&ic, 1);
                if let EnvelopeContent::Call { arg, .. } = &mut content {
                    arg.resize(bytes, 0);
                }
                let body = envelope(content);
                (body.len(), ic.http_call(effective, &body))
            };
            let around = send(most).0 - most;
            let (size, answer) = send(most - around);
            assert_eq!(size, most);
            assert!(!matches!(answer, Err(HttpError { status: 413, .. })));
            let error = send(most - around + 1).1.unwrap_err();
            assert_eq!(error.status, 413, "{error}");
            assert!(error.message.contains("is too large"), "{error}");
        }
    });
}

#[test]
fn a_refused_call_says_so_without_a_certificate() {
    on_big_stack(|| {
        let mut ic = ic();
        let canister = ic.topology().default_effective_canister_id;
        let EnvelopeContent::Call {
            nonce,
            ingress_expiry,
            sender,
            arg,
            ..
        } = create(&ic, 1)
        else {
            unreachable!("it is a call");
        };
        let body = envelope(EnvelopeContent::Call {
            nonce,
            ingress_expiry,
            sender,
            canister_id: canister.0,
            method_name: "missing".to_string(),
            arg,
            sender_info: None,
        });
        let Submission::Rejected(rejection) = ic.http_call(canister, &body).unwrap() else {
            panic!("a call to a canister that does not exist was taken");
        };
        let text = String::from_utf8_lossy(&rejection).to_string();
        assert!(
            text.contains("non_replicated_rejection") && text.contains("IC0301"),
            "{text}"
        );
    });
}

#[test]
fn what_does_not_belong_together_is_refused() {
    on_big_stack(|| {
        let mut ic = ic();
        let other = CanisterId::from_index(3);
        let canister = ic.topology().default_effective_canister_id;
        let query = EnvelopeContent::Query {
            ingress_expiry: ic.time() + 1,
            sender: Principal::anonymous(),
            canister_id: canister.0,
            method_name: "x".to_string(),
            arg: vec![],
            nonce: None,
            sender_info: None,
        };
        assert_eq!(
            ic.http_query(other, &envelope(query.clone()))
                .unwrap_err()
                .status,
            400
        );
        assert_eq!(
            ic.http_call(canister, &envelope(query)).unwrap_err().status,
            400
        );
        assert_eq!(ic.http_call(canister, b"junk").unwrap_err().status, 400);
        let read = |label: &str| EnvelopeContent::ReadState {
            ingress_expiry: ic.time() + 1,
            sender: Principal::anonymous(),
            paths: vec![vec![label.into()]],
        };
        let effective = Effective::Canister(canister);
        let refused = |label: &str| {
            ic.http_read_state(effective, &envelope(read(label)), RangesForm::Flat)
                .unwrap_err()
                .status
        };
        assert_eq!(refused("streams"), 404);
        assert_eq!(refused("canister"), 404);
    });
}

#[test]
fn query_answers_are_signed_by_a_node_of_the_subnet() {
    on_big_stack(|| {
        let mut ic = ic();
        let canister = ic.topology().default_effective_canister_id;
        let query = EnvelopeContent::Query {
            ingress_expiry: ic.time() + 1,
            sender: Principal::anonymous(),
            canister_id: canister.0,
            method_name: "x".to_string(),
            arg: vec![],
            nonce: None,
            sender_info: None,
        };
        let body = ic.http_query(canister, &envelope(query.clone())).unwrap();
        let response: QueryResponse = serde_cbor::from_slice(&body).unwrap();
        let signature = &response.signatures()[0];
        let message = response.signable(query.to_request_id(), signature.timestamp);
        let subnet = ic.network().route(canister).unwrap();
        let node = &ic.network().subnet(subnet).unwrap().nodes[0];
        assert_eq!(signature.identity, node.id.0);
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(node.public_key[12..].try_into().unwrap())
                .unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature.signature).unwrap();
        assert!(key.verify_strict(&message, &signature).is_ok());
        assert!(key.verify_strict(b"other", &signature).is_err());
    });
}
