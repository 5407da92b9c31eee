use super::*;
use anchors::REGISTRATION_MODE_NS;
use ic_stable_structures::VectorMemory;

const NOW: TimestampNs = TimestampNs::new(1_000_000_000);

fn empty() -> RegistrationModes<VectorMemory> {
    RegistrationModes::init(VectorMemory::default(), VectorMemory::default())
}

fn at(nanoseconds: u64) -> TimestampNs {
    NOW.saturating_add(nanoseconds)
}

fn enter(
    modes: &mut RegistrationModes<VectorMemory>,
    anchor: u64,
    now: TimestampNs,
) -> Result<(), TooMany> {
    modes.reserve(now)?;
    modes.put(AnchorNumber::new(anchor), RegistrationMode::opened(now));
    Ok(())
}

fn both_know_the_same(modes: &RegistrationModes<VectorMemory>) {
    let by_anchor = modes.modes.iter().map(|entry| {
        let Stored(mode) = entry.value();
        (mode.ends().get(), *entry.key())
    });
    let mut by_anchor: Vec<_> = by_anchor.collect();
    by_anchor.sort_unstable();
    let by_end: Vec<_> = modes.ends.iter().map(|entry| *entry.key()).collect();
    assert_eq!(by_anchor, by_end);
}

#[test]
fn what_is_over_is_not_found_also_before_it_is_forgotten() {
    let mut modes = empty();
    let anchor = AnchorNumber::new(1);
    enter(&mut modes, 1, NOW).unwrap();
    assert!(modes.get(anchor, at(REGISTRATION_MODE_NS - 1)).is_some());
    assert!(modes.get(anchor, at(REGISTRATION_MODE_NS)).is_none());
    assert_eq!(modes.count(), 1);
}

#[test]
fn a_new_one_in_the_place_of_one_that_is_over_has_one_end() {
    let mut modes = empty();
    modes.put(AnchorNumber::new(1), RegistrationMode::opened(NOW));
    let later = at(2 * REGISTRATION_MODE_NS);
    modes.put(AnchorNumber::new(1), RegistrationMode::opened(later));
    both_know_the_same(&modes);
    assert_eq!(modes.count(), 1);
    modes.end(AnchorNumber::new(1));
    modes.end(AnchorNumber::new(1));
    both_know_the_same(&modes);
    assert_eq!(modes.count(), 0);
}

#[test]
fn the_limit_is_about_those_that_are_open() {
    let mut modes = empty();
    for anchor in 0..LIMIT {
        enter(&mut modes, anchor, at(anchor)).unwrap();
    }
    assert_eq!(enter(&mut modes, LIMIT, at(LIMIT)), Err(TooMany));
    // The first moment at which one of them is over.
    let last = at(REGISTRATION_MODE_NS - 1);
    assert_eq!(enter(&mut modes, LIMIT, last), Err(TooMany));
    assert_eq!(enter(&mut modes, LIMIT, at(REGISTRATION_MODE_NS)), Ok(()));
    assert_eq!(modes.count(), LIMIT);
    modes.end(AnchorNumber::new(7));
    assert_eq!(enter(&mut modes, 7, at(REGISTRATION_MODE_NS)), Ok(()));
    both_know_the_same(&modes);
}

#[test]
fn a_message_forgets_a_few() {
    let mut modes = empty();
    let few = PRUNED_PER_MESSAGE as u64;
    for anchor in 0..2 * few + 5 {
        enter(&mut modes, anchor, NOW).unwrap();
    }
    let later = at(REGISTRATION_MODE_NS);
    for left in [few + 5, 5, 0, 0] {
        modes.reserve(later).unwrap();
        assert_eq!(modes.count(), left);
        both_know_the_same(&modes);
    }
}

/// The end comes before the anchor, both big-endian: in this order they are forgotten.
#[test]
fn golden_bytes_of_the_ends() {
    let memory = VectorMemory::default();
    let mut modes = RegistrationModes::init(VectorMemory::default(), memory.clone());
    for (anchor, now) in [(1, at(256)), (10_000, at(1)), (2, at(1))] {
        modes.put(AnchorNumber::new(anchor), RegistrationMode::opened(now));
    }
    // The library's header: pages of 275 bytes, the root, the number of keys.
    let header: [&[u8]; 4] = [
        b"BTR\x02",
        &[0x13, 1, 0, 0, 0xff, 0xff, 0xff, 0xff],
        &116_u64.to_le_bytes(),
        &3_u64.to_le_bytes(),
    ];
    // A leaf with three keys and no overflow; the times are 901 seconds and 1, 1 and 256 nanoseconds.
    let root: [&[u8]; 8] = [
        b"BTN\x02",
        &[0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0, 0, 0, 0xd1, 0xc7, 0xc8, 0xf2, 0x01],
        &[0, 0, 0, 0, 0, 0, 0, 2],
        &[0, 0, 0, 0xd1, 0xc7, 0xc8, 0xf2, 0x01],
        &[0, 0, 0, 0, 0, 0, 0x27, 0x10],
        &[0, 0, 0, 0xd1, 0xc7, 0xc8, 0xf3, 0x00],
        &[0, 0, 0, 0, 0, 0, 0, 1],
    ];
    let [header, root] = [&header[..], &root[..]].map(<[&[u8]]>::concat);
    let written = memory.borrow();
    assert_eq!(written[..header.len()], header);
    assert_eq!(written[116..][..root.len()], root);
}
