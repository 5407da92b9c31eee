//! Every kind of key that users have: it registers, logs in, and acts as the pseudonym, over the HTTP interface.

mod phrase;
mod rsa;

use crate::live::{Key, Live, refusal};
use client::passkey::Passkey;
use client::{CallError, ClientError, FrontClient, RejectCode, keys};
use types::Principal;

const HOST: &str = "identity.example";
/// What `PocketIC` servers say that are older than version 0.62 of the interface specification.
const EDDSA_IS_UNKNOWN: &str = "Algorithm not supported in COSE parser";

impl Key {
    fn rs256() -> Self {
        Self::from(Passkey::rs256([&rsa::P, &rsa::Q], HOST).expect("published primes"))
    }

    fn ed_dsa() -> Self {
        Self::from(Passkey::ed_dsa(&[7; 32], HOST))
    }

    fn p256() -> Self {
        Self::of("p256", keys::p256(&[7; 32]).expect("below the order"))
    }

    fn secp256k1() -> Self {
        Self::of(
            "secp256k1",
            keys::secp256k1(&[7; 32]).expect("below the order"),
        )
    }
}

/// Whether the network takes requests of this key. An older server may not know `EdDSA` in COSE; any other refusal
/// is a failure.
#[track_caller]
fn eddsa_is_known(live: &Live, key: &Key) -> bool {
    match live.answer(live.front(key).whoami()) {
        Ok(seen) => {
            assert_eq!(seen, key.principal());
            true
        }
        Err(ClientError::Call {
            error: CallError::NotAccepted { reason },
            ..
        }) if reason.contains(EDDSA_IS_UNKNOWN) && std::env::var_os("POCKET_IC_BIN").is_some() => {
            println!("skipped: this server does not know EdDSA in COSE");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

/// Registers, logs in, and acts as the pseudonym. Everything is checked with published libraries.
#[track_caller]
fn registers_and_logs_in(live: &Live, key: &Key) {
    let itself = live.agent(key.identity.clone());
    assert_eq!(live.is_seen_as(&itself), Ok(key.principal()));
    let anchor = live.registers(key);
    let front = live.front(key);
    let info = live.answer(front.get_anchor_info(anchor)).expect("its own");
    assert_eq!(info.devices.len(), 1);
    assert_eq!(info.devices[0].pubkey, key.device.pubkey);

    let log_in = live.logs_in(key, anchor, 1, None);
    live.family
        .verifies(&log_in.user_key, &log_in.signed)
        .expect("the delegation is front's");
    let pseudonym = Principal::self_authenticating(&log_in.user_key);
    assert_ne!(pseudonym, key.principal());

    let session = live.agent(log_in.session(live, 1));
    assert_eq!(live.is_seen_as(&session), Ok(pseudonym));
    let front = FrontClient::new(session, live.family.front);
    assert_eq!(live.answer(front.whoami()), Ok(pseudonym));
    // The pseudonym is nobody's device: it cannot log in in its turn.
    let refused = refusal(live.answer(front.get_anchor_info(anchor)));
    let code = RejectCode::CanisterReject;
    assert!(
        matches!(refused, CallError::Rejected { code: found, .. } if found == code),
        "{refused}"
    );
}

#[test]
fn an_es256_passkey_registers_logs_in_and_acts_as_its_pseudonym() {
    registers_and_logs_in(&Live::deploy(), &Key::passkey());
}

#[test]
fn an_rs256_passkey_registers_logs_in_and_acts_as_its_pseudonym() {
    registers_and_logs_in(&Live::deploy(), &Key::rs256());
}

#[test]
fn an_eddsa_passkey_registers_logs_in_and_acts_as_its_pseudonym() {
    let (live, key) = (Live::deploy(), Key::ed_dsa());
    if eddsa_is_known(&live, &key) {
        registers_and_logs_in(&live, &key);
    }
}

#[test]
fn an_ed25519_key_registers_logs_in_and_acts_as_its_pseudonym() {
    registers_and_logs_in(&Live::deploy(), &Key::ed25519(7));
}

#[test]
fn a_p256_key_registers_logs_in_and_acts_as_its_pseudonym() {
    registers_and_logs_in(&Live::deploy(), &Key::p256());
}

#[test]
fn a_secp256k1_key_registers_logs_in_and_acts_as_its_pseudonym() {
    registers_and_logs_in(&Live::deploy(), &Key::secp256k1());
}

#[test]
fn all_kinds_of_keys_of_one_anchor_have_one_pseudonym() {
    let live = Live::deploy();
    let first = Key::passkey();
    let mut others = vec![Key::rs256(), Key::ed25519(7), Key::p256(), Key::secp256k1()];
    let ed_dsa = Key::ed_dsa();
    if eddsa_is_known(&live, &ed_dsa) {
        others.push(ed_dsa);
    }
    let anchor = live.registers(&first);
    let expected = live.logs_in(&first, anchor, 1, None);
    for (key, session) in others.iter().zip(2..) {
        let added = live.answer(live.front(&first).add(anchor, &key.device));
        added.expect("there is room for it");
        let log_in = live.logs_in(key, anchor, session, None);
        assert_eq!(log_in.user_key, expected.user_key);
        assert_ne!(log_in.session, expected.session);
    }
}
