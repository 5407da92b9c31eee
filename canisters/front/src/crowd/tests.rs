use super::{
    ANYBODYS_LIMIT, DEVICES_LIMIT, LIMIT, OpenCall, REGISTRATION, STRANGERS_LIMIT, Sender,
};
use crate::state::Shared;
use crate::state::tests::{shard, with_shards};
use candid::Principal;
use types::AnchorNumber;

const HERE: u8 = 1;

fn key(number: u8) -> Principal {
    Principal::from_slice(&[number, 2])
}

fn device(anchor: u64, number: u8) -> Sender {
    Sender::Device {
        anchor: AnchorNumber::new(anchor),
        caller: key(number),
    }
}

fn new_device(anchor: u64) -> Sender {
    Sender::NewDevice {
        anchor: AnchorNumber::new(anchor),
    }
}

/// Of somebody else for each number.
fn newcomer(number: usize) -> Sender {
    Sender::Newcomer {
        caller: Principal::from_slice(&number.to_be_bytes()),
    }
}

fn saw(state: &Shared, anchor: u64, caller: Principal) {
    let secret = || Some([7; 16]);
    let crowd = &mut state.borrow_mut().crowd;
    crowd.saw(AnchorNumber::new(anchor), caller, secret);
}

fn begin(state: &Shared, sender: Sender) -> Option<OpenCall> {
    OpenCall::begin(state, shard(HERE), sender)
}

/// As many calls as there is room for.
fn fill(state: &Shared, sender: Sender) -> Vec<OpenCall> {
    std::iter::from_fn(|| begin(state, sender)).collect()
}

fn count(open: &[OpenCall]) -> u32 {
    u32::try_from(open.len()).expect("at most 400")
}

#[test]
fn calls_are_counted_per_shard_and_end_when_dropped() {
    let state = with_shards(&[]);
    let first = begin(&state, newcomer(1)).expect("room");
    let second = begin(&state, device(1, 1)).expect("room");
    let _elsewhere = OpenCall::begin(&state, shard(2), new_device(1)).expect("room");
    let open = |number| state.borrow().crowd.open_calls(shard(number));
    assert_eq!((open(1), open(2), open(3)), (2, 1, 0));
    drop(first);
    assert_eq!(open(1), 1);
    drop(second);
    assert_eq!(open(1), 0);
}

#[test]
fn all_together_there_are_so_many() {
    let state = with_shards(&[]);
    let mut numbers = 0..1_000;
    let open: Vec<_> = std::iter::from_fn(|| begin(&state, newcomer(numbers.next()?))).collect();
    assert_eq!(count(&open), LIMIT);
    assert!(begin(&state, new_device(1)).is_none());
    assert!(begin(&state, device(1, 1)).is_none());
    assert!(OpenCall::begin(&state, shard(2), newcomer(0)).is_some());
}

/// However many there are, and whatever they claim.
#[test]
fn strangers_leave_room_for_those_who_were_seen() {
    let state = with_shards(&[]);
    saw(&state, 1, key(1));
    let anybodys = fill(&state, new_device(1));
    assert_eq!(count(&anybodys), ANYBODYS_LIMIT);
    let mut strangers = Vec::new();
    for caller in 0..=255 {
        strangers.extend(begin(&state, device(1, caller)).filter(|_| caller != 1));
        strangers.extend(begin(&state, device(2, caller)));
    }
    assert_eq!(count(&strangers), STRANGERS_LIMIT);
    assert!(begin(&state, device(1, 1)).is_some());
    assert!(begin(&state, newcomer(1)).is_some());
    drop(strangers);
    assert!(begin(&state, device(2, 2)).is_some());
    assert!(begin(&state, new_device(1)).is_none());
    drop(anybodys);
    assert!(begin(&state, new_device(1)).is_some());
}

/// Whatever a thief does with his device, the owner can throw it out.
#[test]
fn one_device_leaves_room_for_others_also_of_its_anchor() {
    let state = with_shards(&[]);
    for (anchor, number) in [(1, 1), (2, 1), (1, 2), (2, 3)] {
        saw(&state, anchor, key(number));
    }
    let mut of_one = fill(&state, device(1, 1));
    assert_eq!(count(&of_one), DEVICES_LIMIT);
    // The same key at another anchor.
    assert!(begin(&state, device(2, 1)).is_none());
    assert!(begin(&state, device(1, 2)).is_some());
    assert!(begin(&state, device(2, 3)).is_some());
    of_one.pop();
    assert!(begin(&state, device(1, 1)).is_some());
    drop(of_one);
    assert!(state.borrow().crowd.of_owners.is_empty());
}

/// However often the same call is repeated, which costs nothing.
#[test]
fn one_newcomer_leaves_room_for_others() {
    let state = with_shards(&[]);
    let of_one = fill(&state, newcomer(1));
    assert_eq!(count(&of_one), DEVICES_LIMIT);
    assert!(begin(&state, newcomer(2)).is_some());
}

/// Whoever asks for whatever anchors, a device whose owner waits for it gets in.
#[test]
fn new_devices_of_an_open_registration_have_their_own_calls() {
    let state = with_shards(&[]);
    for anchor in [1, 2] {
        saw(&state, anchor, REGISTRATION);
    }
    assert_eq!(count(&fill(&state, new_device(3))), ANYBODYS_LIMIT);
    let _anybodys = fill(&state, new_device(3));
    assert_eq!(count(&fill(&state, new_device(1))), DEVICES_LIMIT);
    let of_one = fill(&state, new_device(1));
    assert_eq!(count(&fill(&state, new_device(2))), DEVICES_LIMIT);
    drop(of_one);
    let one = AnchorNumber::new(1);
    state.borrow_mut().crowd.turned_away(one, REGISTRATION);
    assert!(begin(&state, new_device(1)).is_none());
    assert!(begin(&state, new_device(2)).is_some());
}

#[test]
fn whoever_is_turned_away_is_a_stranger_again() {
    let state = with_shards(&[]);
    saw(&state, 1, key(1));
    saw(&state, 2, key(2));
    let one = AnchorNumber::new(1);
    state.borrow_mut().crowd.turned_away(one, key(1));
    let strangers = fill(&state, device(1, 1));
    assert_eq!(count(&strangers), STRANGERS_LIMIT);
    assert!(begin(&state, device(2, 2)).is_some());
}

/// A call ends as what it began, also if its sender is seen meanwhile.
#[test]
fn whoever_is_seen_meanwhile_leaves_a_strangers_place() {
    let state = with_shards(&[]);
    let open = begin(&state, device(1, 1)).expect("room");
    saw(&state, 1, key(1));
    drop(open);
    assert_eq!(count(&fill(&state, device(2, 2))), STRANGERS_LIMIT);
}

#[test]
fn who_was_seen_at_one_anchor_is_a_stranger_at_another() {
    let state = with_shards(&[]);
    saw(&state, 1, key(1));
    let strangers = fill(&state, device(1, 2));
    assert_eq!(count(&strangers), STRANGERS_LIMIT);
    assert!(begin(&state, device(2, 1)).is_none());
    assert!(begin(&state, device(1, 1)).is_some());
}

#[test]
fn without_a_key_nobody_is_noted() {
    let state = with_shards(&[]);
    let one = AnchorNumber::new(1);
    state.borrow_mut().crowd.saw(one, key(1), || None);
    let strangers = fill(&state, device(1, 1));
    assert_eq!(count(&strangers), STRANGERS_LIMIT);
}

/// Most of as many as there are places are still known, and nobody else is.
#[test]
fn the_table_is_used_in_full() {
    let state = with_shards(&[]);
    let key = |number: u32| Principal::from_slice(&number.to_be_bytes());
    let sender = |number: u32| Sender::Device {
        anchor: AnchorNumber::new(number.into()),
        caller: key(number),
    };
    for number in 0..100_000 {
        saw(&state, number.into(), key(number));
    }
    let crowd = &state.borrow().crowd;
    let seen = |number| crowd.standing(sender(number)) != super::Standing::Stranger;
    let known = (0..100_000).filter(|number| seen(*number)).count();
    assert!((65_000..80_000).contains(&known), "{known}");
    assert!(!(100_000..200_000).any(seen));
}
