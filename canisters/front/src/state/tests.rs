use super::*;
use crate::routing::stored::StoredRoute;
use ic_stable_structures::DefaultMemoryImpl;
use types::front::{CaptchaMode, RateLimit, ShardState};
use types::registry::ShardTip;
use types::{AnchorNumber, AnchorRange};

const NOW: TimestampNs = TimestampNs::new(1_000);

/// Fresh memories.
pub(crate) fn memories() -> Memories {
    Memories::open(DefaultMemoryImpl::default()).expect("a fresh memory")
}

/// Where the front of the tests is.
pub(crate) fn home() -> Home {
    Home {
        front: Principal::from_slice(&[1; 10]),
        root_key: vec![0xab, 0x01],
    }
}

/// A shard's canister.
pub(crate) fn shard(number: u8) -> Principal {
    Principal::from_slice(&[number, 7])
}

/// A row for 100 anchors from `100 * number` on.
pub(crate) fn row(number: u8) -> ShardRoute {
    let lo = 100 * u64::from(number);
    let range = AnchorRange::new(AnchorNumber::new(lo), AnchorNumber::new(lo + 100));
    ShardRoute {
        range: range.expect("not empty"),
        canister: shard(number),
        state: ShardState::Open,
    }
}

/// A state with these shards, the captcha switched off.
pub(crate) fn with_shards(numbers: &[u8]) -> Shared {
    let mut state = State::open(memories(), home(), NOW);
    let argument = FrontInit {
        captcha: Some(CaptchaMode::Disabled),
        routes: Some(numbers.iter().map(|number| row(*number)).collect()),
        ..FrontInit::default()
    };
    state.configure(argument, NOW).expect("a valid argument");
    Rc::new(RefCell::new(state))
}

#[test]
fn what_is_stored_survives_an_upgrade() {
    let raw = DefaultMemoryImpl::default();
    let tip = ShardTip {
        log_length: 3,
        last_hash: None,
        next_anchor: AnchorNumber::new(103),
    };
    let open = || {
        let memories = Memories::open(raw.clone()).expect("known layout");
        State::open(memories, home(), NOW)
    };
    let mut before = open();
    let argument = FrontInit {
        captcha: Some(CaptchaMode::Disabled),
        register_rate_limit: Some(RateLimit {
            time_per_token_ns: 1,
            max_tokens: 2,
        }),
        routes: Some(vec![row(1)]),
        max_delegation_ttl_ns: Some(5),
        metrics_gateway: Some("http://localhost".to_owned()),
        cycles_floor: Some(3),
        canonical_origin: Some("https://id.example".to_owned()),
        related_origins: Some(vec!["https://other.example".to_owned()]),
    };
    before.configure(argument.clone(), NOW).expect("valid");
    before.salt_or_store(Salt::new([9; 32]));
    before.tips.learn(shard(1), tip);
    let root = before.certified_root();

    let mut after = open();
    after
        .configure(FrontInit::default(), NOW)
        .expect("nothing to change");
    assert_eq!(
        after.settings().to_argument(after.routing().rows()),
        argument
    );
    assert_eq!(after.salt(), Some(Salt::new([9; 32])));
    assert_eq!(after.tips.get(shard(1)), Some(tip));
    assert_eq!(after.certified_root(), root);
    assert_eq!(after.bucket.tokens(NOW), 2);
}

#[test]
fn the_first_salt_stays() {
    let state = with_shards(&[]);
    let mut state = state.borrow_mut();
    assert_eq!(state.salt(), None);
    let first = Salt::new([1; 32]);
    assert_eq!(state.salt_or_store(first), first);
    assert_eq!(state.salt_or_store(Salt::new([2; 32])), first);
    assert_eq!(state.salt(), Some(first));
}

#[test]
fn a_bad_argument_changes_nothing() {
    let state = with_shards(&[1]);
    let mut state = state.borrow_mut();
    let before = state.settings().to_argument(state.routing().rows());
    let bad_ttl = FrontInit {
        max_delegation_ttl_ns: Some(0),
        routes: Some(vec![row(2)]),
        ..FrontInit::default()
    };
    let bad_routes = FrontInit {
        captcha: Some(CaptchaMode::Enabled),
        routes: Some(vec![row(2), row(2)]),
        ..FrontInit::default()
    };
    assert!(state.configure(bad_ttl, NOW).is_err());
    assert!(state.configure(bad_routes, NOW).is_err());
    assert_eq!(state.settings().to_argument(state.routing().rows()), before);
}

#[test]
fn each_change_shows_in_the_certified_root() {
    let state = with_shards(&[1]);
    let mut state = state.borrow_mut();
    let empty = state.certified_root().hash();
    state.set_routing(vec![row(1), row(2)], NOW).expect("valid");
    let routed = state.certified_root().hash();
    assert_ne!(empty, routed);
    let path = crate::signatures::SignaturePath {
        seed: [1; 32],
        message: [2; 32],
    };
    state.signatures.add(path, Principal::anonymous(), NOW);
    assert_ne!(state.certified_root().hash(), routed);
}

/// Golden bytes: a change of these is a change of the stored layout and needs a migration.
#[test]
fn stored_values_keep_their_bytes() {
    let salt: Option<ByteArray<32>> = Some([7; 32].into());
    let bytes = minicbor::to_vec(salt).expect("a vector");
    assert_eq!(hex::encode(&bytes), format!("5820{}", "07".repeat(32)));
    let bytes = minicbor::to_vec(None::<ByteArray<32>>).expect("a vector");
    assert_eq!(hex::encode(&bytes), "f6");
    let bytes = minicbor::to_vec(vec![StoredRoute::from(&row(1))]).expect("a vector");
    assert_eq!(hex::encode(&bytes), "818382186418c842010700");
}
