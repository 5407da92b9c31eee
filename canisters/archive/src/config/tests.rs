use super::*;
use crate::fixture::{foreign_hash, init};
use ic_stable_structures::VectorMemory;

fn settings(config: &Config) -> (u64, u32, u16) {
    (
        config.poll_interval_ns,
        config.fetch_limit,
        config.max_entries_per_call,
    )
}

#[test]
fn absent_settings_take_their_defaults_and_then_stay() {
    let config = Config::new(&init()).unwrap();
    assert_eq!(settings(&config), (10 * SECOND_NS, 500, 1_000));
    let changed = config
        .with(ArchiveSettings {
            fetch_limit: Some(7),
            ..ArchiveSettings::default()
        })
        .unwrap();
    assert_eq!(settings(&changed), (10 * SECOND_NS, 7, 1_000));
    let same = changed.clone().with(ArchiveSettings::default()).unwrap();
    assert_eq!(same, changed);
}

#[test]
fn settings_out_of_bounds_are_refused() {
    let none = ArchiveSettings::default();
    for (settings, name) in [
        (
            ArchiveSettings {
                poll_interval_ns: Some(SECOND_NS - 1),
                ..none
            },
            "poll_interval_ns",
        ),
        (
            ArchiveSettings {
                poll_interval_ns: Some(u64::MAX),
                ..none
            },
            "poll_interval_ns",
        ),
        (
            ArchiveSettings {
                fetch_limit: Some(0),
                ..none
            },
            "fetch_limit",
        ),
        (
            ArchiveSettings {
                fetch_limit: Some(2_001),
                ..none
            },
            "fetch_limit",
        ),
        (
            ArchiveSettings {
                max_entries_per_call: Some(0),
                ..none
            },
            "max_entries_per_call",
        ),
        (
            ArchiveSettings {
                max_entries_per_call: Some(2_001),
                ..none
            },
            "max_entries_per_call",
        ),
    ] {
        let refused = Config::new(&ArchiveInit { settings, ..init() });
        assert!(
            matches!(refused, Err(ConfigError::OutOfBounds { setting, .. }) if setting == name),
            "{settings:?} gave {refused:?}"
        );
    }
}

#[test]
fn a_parent_hash_belongs_to_a_later_start_and_only_there() {
    let later = BlockIndex::new(5);
    for (first_index, parent_hash) in [(later, None), (BlockIndex::new(0), Some(foreign_hash()))] {
        let refused = Config::new(&ArchiveInit {
            first_index,
            parent_hash,
            ..init()
        });
        assert_eq!(refused, Err(ConfigError::ParentHash { first_index }));
    }
    assert!(
        Config::new(&ArchiveInit {
            first_index: later,
            parent_hash: Some(foreign_hash()),
            ..init()
        })
        .is_ok()
    );
}

#[test]
fn the_stored_bytes_are_these() {
    let memory = VectorMemory::default();
    let config = Config::new(&init()).unwrap();
    save(memory.clone(), &config);
    // "SCL", version 1, length 28; array of 7: two bytes of a principal, [10_000, 20_000], 0, null, 10^10, 500, 1_000.
    let expected = b"SCL\x01\x1c\0\0\0\
        \x87\x42\x07\x01\x82\x19\x27\x10\x19\x4e\x20\x00\xf6\
        \x1b\0\0\0\x02\x54\x0b\xe4\0\x19\x01\xf4\x19\x03\xe8";
    assert_eq!(&memory.borrow()[..expected.len()], expected);
    assert_eq!(load(memory), Ok(config));
}

#[test]
fn a_changed_configuration_replaces_the_old_one() {
    let memory = VectorMemory::default();
    let config = Config::new(&init()).unwrap();
    save(memory.clone(), &config);
    let changed = config
        .with(ArchiveSettings {
            poll_interval_ns: Some(SECOND_NS),
            ..ArchiveSettings::default()
        })
        .unwrap();
    save(memory.clone(), &changed);
    assert_eq!(load(memory), Ok(changed));
}

#[test]
fn garbage_is_no_configuration() {
    let memory = VectorMemory::default();
    Cell::init(memory.clone(), vec![0xff_u8; 9]);
    assert!(matches!(load(memory), Err(ConfigError::Unreadable { .. })));
}

#[test]
fn the_range_follows_the_shards_and_never_shrinks() {
    let config = Config::new(&init()).unwrap();
    let range = config.range;
    let until = |end| ArchiveSettings {
        range_end: Some(end),
        ..ArchiveSettings::default()
    };
    let end = range.hi().saturating_add(1);
    let wider = config.clone().with(until(end)).unwrap();
    assert_eq!((wider.range.lo(), wider.range.hi()), (range.lo(), end));
    let refused = wider.clone().with(until(range.hi())).unwrap_err();
    assert!(matches!(refused, ConfigError::RangeShrinks(_)));
    assert_eq!(wider.clone().with(ArchiveSettings::default()), Ok(wider));
}
