//! The recovery phrase: added from one device, and all that is left when the devices are lost.

use crate::live::{Key, Live, refusal};
use client::recovery_phrase::RecoveryPhrase;
use client::{CallError, FrontClient};
use std::sync::Arc;
use types::{AnchorNumber, DeviceProtection, KeyType, Principal, Purpose};

impl Key {
    fn phrase(phrase: &RecoveryPhrase) -> Self {
        Self {
            identity: Arc::new(phrase.identity()),
            device: phrase.device(DeviceProtection::Protected),
        }
    }
}

/// Registers with a passkey and adds a protected phrase; answers what is written down, and the pseudonym.
fn with_a_phrase(live: &Live) -> (String, Principal) {
    let passkey = Key::passkey();
    let anchor = live.registers(&passkey);
    let phrase = RecoveryPhrase::generate(anchor);
    let device = phrase.device(DeviceProtection::Protected);
    let front = live.front(&passkey);
    live.answer(front.add(anchor, &device)).expect("a phrase");
    let log_in = live.logs_in(&passkey, anchor, 1, None);
    let pseudonym = Principal::self_authenticating(&log_in.user_key);
    (phrase.reveal().to_string(), pseudonym)
}

#[test]
fn a_phrase_on_paper_is_enough_to_log_in() {
    let live = Live::deploy();
    let (paper, pseudonym) = with_a_phrase(&live);

    let phrase = RecoveryPhrase::parse(&paper.to_uppercase()).expect("read from the paper");
    let (anchor, key) = (phrase.anchor(), Key::phrase(&phrase));
    let log_in = live.logs_in(&key, anchor, 2, None);
    live.family
        .verifies(&log_in.user_key, &log_in.signed)
        .expect("the delegation is front's");
    let session = live.agent(log_in.session(&live, 2));
    assert_eq!(live.is_seen_as(&session), Ok(pseudonym));

    let info = live.answer(live.front(&key).get_anchor_info(anchor));
    let devices = info.expect("its own").devices;
    let found = devices.iter().find(|device| device.pubkey == phrase.key());
    let found = found.expect("the phrase is a device");
    assert_eq!(found.purpose, Purpose::Recovery);
    assert_eq!(found.key_type, KeyType::SeedPhrase);
    assert_eq!(found.protection, DeviceProtection::Protected);
    assert!(found.last_usage.is_some());

    // And it brings in a new device.
    let phone = Key::ed25519(7);
    let added = live.answer(live.front(&key).add(anchor, &phone.device));
    added.expect("a phrase is a device like others");
    let log_in = live.logs_in(&phone, anchor, 3, None);
    let seen = Principal::self_authenticating(&log_in.user_key);
    assert_eq!(seen, pseudonym);
}

#[test]
fn another_phrase_and_another_anchor_are_refused() {
    let live = Live::deploy();
    let (paper, _) = with_a_phrase(&live);
    let phrase = RecoveryPhrase::parse(&paper).expect("read from the paper");
    let anchor = phrase.anchor();
    let next = AnchorNumber::new(anchor.get() + 1);
    let other = RecoveryPhrase::generate(anchor);
    for (phrase, anchor) in [(&other, anchor), (&phrase, next)] {
        let front = FrontClient::new(live.agent(phrase.identity()), live.family.front);
        let refused = refusal(live.answer(front.get_anchor_info(anchor)));
        let words = format!("{} could not be authenticated.", phrase.principal());
        assert!(
            matches!(&refused, CallError::Rejected { message, .. } if message.contains(&words)),
            "{refused}"
        );
    }
}
