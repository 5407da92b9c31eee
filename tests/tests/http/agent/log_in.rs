//! From a registration to a canister that sees the pseudonym.

use super::{DAPP, Key, Live, assert_not_accepted, refusal};
use anchorage_tests::Verified;
use client::{CallError, FrontClient, RegistryClient, RejectCode, Replicated};
use ic_agent::Identity;
use ic_agent::identity::{
    AnonymousIdentity, BasicIdentity, DelegatedIdentity, Delegation, SignedDelegation,
};
use serde::Serialize;
use std::time::Duration;
use types::{DeviceData, Principal};

const SECOND_NS: u64 = 1_000_000_000;

#[test]
fn a_passkey_delegates_to_the_key_of_a_page() {
    let live = Live::deploy();
    let passkey = Key::passkey();
    let page = BasicIdentity::from_raw_key(&[9; 32]);
    let delegation = Delegation {
        pubkey: page.public_key().expect("an Ed25519 key is public"),
        expiration: u64::MAX,
        targets: None,
        permissions: None,
    };
    let signature = passkey.identity.sign_delegation(&delegation);
    let link = SignedDelegation {
        delegation,
        signature: signature.unwrap().signature.expect("passkeys sign"),
    };
    let owner = passkey.device.pubkey.as_slice().to_vec();
    let page = DelegatedIdentity::new_unchecked(owner, Box::new(page), vec![link]);
    assert_eq!(live.is_seen_as(&live.agent(page)), Ok(passkey.principal()));
}

#[test]
fn a_delegation_serves_its_session_and_until_it_ends() {
    let live = Live::deploy();
    let key = Key::ed25519(7);
    let anchor = live.registers(&key);
    let log_in = live.logs_in(&key, anchor, 1, Some(SECOND_NS));
    let other = DelegatedIdentity::new_unchecked(
        log_in.user_key.as_slice().to_vec(),
        Box::new(BasicIdentity::from_raw_key(&[2; 32])),
        vec![log_in.link()],
    );
    assert_not_accepted(&live.is_seen_as(&live.agent(other)));
    // Also after the end the delegation is front's; but nobody acts by it any more.
    std::thread::sleep(Duration::from_millis(1_500));
    let late = live.agent(log_in.session(&live, 1));
    assert_not_accepted(&live.is_seen_as(&late));
}

#[test]
fn anchors_keys_come_with_a_certificate() {
    let live = Live::deploy();
    let key = Key::passkey();
    let anchor = live.registers(&key);
    let agent = live.agent(AnonymousIdentity);
    let shard = live.family.shards[0].registry;

    let client = RegistryClient::new(Replicated(&agent), shard);
    let devices = live
        .answer(client.lookup(anchor))
        .expect("everybody may ask");
    let keys: Vec<_> = devices.iter().map(|device| &device.pubkey).collect();
    assert_eq!(keys, [&key.device.pubkey]);

    // The same once more, with the certificate in our own hands.
    let argument = candid::encode_one(anchor).unwrap();
    let call = agent.update(&shard, "lookup").with_arg(argument).call();
    let (reply, certificate) = live.answer(call.and_wait()).expect("a reply");
    let (certified,): (Vec<DeviceData>,) = candid::decode_args(&reply).unwrap();
    assert_eq!(certified, devices);
    let mut bytes = Vec::new();
    let mut writer = serde_cbor::Serializer::new(&mut bytes);
    writer.self_describe().unwrap();
    certificate.serialize(&mut writer).unwrap();
    let verified = Verified::new(&bytes, &live.network.root_key);
    let paths = verified.certificate.tree.list_paths();
    let path = paths
        .iter()
        .find(|path| path.len() == 3 && path[0].as_bytes() == b"request_status")
        .expect("the certificate is about a call");
    let id = path[1].as_bytes();
    let certified = verified.value(&[b"request_status", id, b"reply"]);
    assert_eq!(certified, Some(reply));
}

#[test]
fn refusals_keep_their_codes() {
    let live = Live::deploy();
    let (owner, stranger) = (Key::ed25519(7), Key::ed25519(8));
    let anchor = live.registers(&owner);
    let log_in = live.logs_in(&owner, anchor, 1, None);
    let front = live.front(&stranger);
    let session = &log_in.session;
    let expiration = log_in.signed.delegation.expiration;
    let missing = FrontClient::new(
        live.agent(AnonymousIdentity),
        Principal::from_slice(&[1; 10]),
    );
    let update = live.answer(front.prepare_delegation(anchor, DAPP, session, None));
    let query = live.answer(front.get_delegation(anchor, DAPP, session, expiration));
    for (name, error, expected) in [
        ("update", refusal(update), RejectCode::CanisterReject),
        ("query", refusal(query), RejectCode::CanisterReject),
    ] {
        let CallError::Rejected { code, message } = error else {
            panic!("{name}: {error}");
        };
        assert_eq!(code, expected, "{name}");
        let words = format!("{} could not be authenticated.", stranger.principal());
        assert!(message.contains(&words), "{name}: {message}");
    }
    // No subnet has this canister: there is nobody to sign an answer.
    refusal(live.answer(missing.whoami()));
}
