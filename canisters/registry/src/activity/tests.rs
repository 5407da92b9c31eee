use super::*;
use ic_stable_structures::VectorMemory;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const DAY_NS: u64 = 86_400_000_000_000;

fn noon(day: u32) -> TimestampNs {
    TimestampNs::new(u64::from(day) * DAY_NS + DAY_NS / 2)
}

fn used(kind: Kind, device: Option<TimestampNs>, anchor: Option<Day>) -> Use {
    let before = LastUse { device, anchor };
    Use { kind, before }
}

fn device(key_type: KeyType, credential: bool, purpose: Purpose) -> DeviceData {
    DeviceData {
        credential_id: credential.then(|| types::CredentialId::new(*b"id")),
        purpose,
        key_type,
        ..crate::fixtures::passkey("a")
    }
}

#[test]
fn each_kind_of_device() {
    use KeyType::{BrowserStorageKey, CrossPlatform, Platform, SeedPhrase, Unknown};
    use Purpose::{Authentication, Recovery};
    for (key_type, credential, purpose, kind) in [
        (Platform, true, Authentication, Kind::Passkey),
        (CrossPlatform, true, Authentication, Kind::Passkey),
        (Unknown, true, Authentication, Kind::Passkey),
        (CrossPlatform, true, Recovery, Kind::RecoveryPasskey),
        (SeedPhrase, false, Recovery, Kind::RecoveryPhrase),
        (SeedPhrase, false, Authentication, Kind::RecoveryPhrase),
        (
            BrowserStorageKey,
            false,
            Authentication,
            Kind::BrowserStorageKey,
        ),
        (BrowserStorageKey, true, Recovery, Kind::BrowserStorageKey),
        (Unknown, false, Authentication, Kind::Other),
        (Platform, false, Recovery, Kind::Other),
    ] {
        assert_eq!(Kind::of(&device(key_type, credential, purpose)), kind);
    }
}

#[test]
fn only_the_first_use_of_a_day_writes() {
    let memory = VectorMemory::default();
    let mut activity = Activity::open(memory.clone());
    activity.note(used(Kind::Passkey, None, None), noon(100));
    let bytes = memory.borrow().clone();
    let later = noon(100).saturating_add(1);
    let again = used(Kind::Passkey, Some(noon(100)), Some(Day::new(100)));
    activity.note(again, later);
    assert_eq!(*memory.borrow(), bytes);
    let another_device = used(Kind::Other, None, Some(Day::new(100)));
    activity.note(another_device, later);
    assert_ne!(*memory.borrow(), bytes);
    let today = Day::new(100);
    assert_eq!(activity.active(Series::Anchors, Window::Day, today), 1);
}

#[test]
fn a_use_from_before_the_counting_is_in_no_window() {
    let mut activity = Activity::open(VectorMemory::default());
    activity.note(used(Kind::Other, None, None), noon(100));
    let early = used(Kind::Passkey, Some(noon(99)), None);
    activity.note(early, noon(101));
    let month = |series| activity.active(series, Window::Month, Day::new(101));
    assert_eq!(month(Series::Devices(Kind::Passkey)), 1);
    assert_eq!(month(Series::Anchors), 2);
}

#[test]
fn golden_bytes() {
    let memory = VectorMemory::default();
    let mut activity = Activity::open(memory.clone());
    activity.note(used(Kind::RecoveryPhrase, None, None), noon(100));
    let mut expected = vec![0_u8; 16 + 6 * 34 * 8];
    expected[..8].copy_from_slice(b"ACT\x01\x64\0\0\0");
    expected[8..16].copy_from_slice(&noon(100).get().to_le_bytes());
    for series in [0, 3] {
        let series = 16 + series * 34 * 8;
        // The windows that end on the days 100 to 129, and day 100.
        for day in 100..130 {
            expected[series + day % 32 * 8] = 1;
        }
        expected[series + 32 * 8] = 1;
    }
    let written = memory.borrow()[..expected.len()].to_vec();
    assert_eq!(written, expected);
    let reopened = Activity::open(memory);
    let day = |day| reopened.active(Series::Anchors, Window::Day, Day::new(day));
    assert_eq!((day(99), day(100), day(101)), (0, 1, 0));
}

/// Every use ever, and nothing else.
#[derive(Default)]
struct Twin {
    uses: BTreeSet<(u32, u8, u8)>,
    kinds: BTreeMap<(u8, u8), Kind>,
}

impl Twin {
    fn last(&self, of: impl Fn(u8, u8) -> bool) -> Option<u32> {
        let uses = self.uses.iter().rev();
        let mut days = uses.filter(|(_, anchor, device)| of(*anchor, *device));
        days.next().map(|(day, ..)| *day)
    }

    fn active(&self, series: Series, window: Window, last: u32) -> u64 {
        let length = match window {
            Window::Day => 1,
            Window::Month => 30,
        };
        let uses = self.uses.iter();
        let within = uses.filter(|(day, ..)| *day <= last && *day + length > last);
        let who: BTreeSet<(u8, u8)> = match series {
            Series::Anchors => within.map(|(_, anchor, _)| (*anchor, 0)).collect(),
            Series::Devices(kind) => within
                .map(|(_, anchor, device)| (*anchor, *device))
                .filter(|device| self.kinds[device] == kind)
                .collect(),
        };
        who.len() as u64
    }
}

proptest! {
    #[test]
    fn counts_like_a_list_of_all_uses(
        steps in prop::collection::vec(
            (prop::sample::select(vec![0_u32, 0, 0, 1, 1, 2, 15, 28, 29, 30, 31, 32, 33, 70]), 0_u8..3, 0_u8..3),
            1..80,
        ),
        upgrade in 0_usize..80,
    ) {
        let memory = VectorMemory::default();
        let mut activity = Activity::open(memory.clone());
        let mut twin = Twin::default();
        let mut day = 20_000;
        for (step, (pass, anchor, device)) in steps.into_iter().enumerate() {
            if step == upgrade {
                activity = Activity::open(memory.clone());
            }
            day += pass;
            let kind = Kind::ALL[usize::from((anchor + device) % 5)];
            twin.kinds.insert((anchor, device), kind);
            let device_before = twin.last(|a, d| (a, d) == (anchor, device));
            let anchor_before = twin.last(|a, _| a == anchor);
            let before = used(kind, device_before.map(noon), anchor_before.map(Day::new));
            activity.note(before, noon(day));
            twin.uses.insert((day, anchor, device));
            for later in [0, 1, 2, 28, 29, 30, 31, 60] {
                for last in [day + later, day + later - 1] {
                    for series in all() {
                        for window in [Window::Day, Window::Month] {
                            prop_assert_eq!(
                                activity.active(series, window, Day::new(last)),
                                twin.active(series, window, last),
                                "{:?} {:?} on day {} after {}", series, window, last, day
                            );
                        }
                    }
                }
            }
        }
    }
}
