use super::*;
use crate::fixtures::{ARCHIVE, OTHER_ARCHIVE, links};

const NOW: TimestampNs = TimestampNs::new(5);

#[test]
fn at_most_one_archive_is_in_service() {
    let mut archives = Archives::default();
    archives.set(&links(&[(ARCHIVE, true)])).unwrap();
    let before = archives.clone();
    let two = links(&[(ARCHIVE, true), (OTHER_ARCHIVE, true)]);
    assert_eq!(
        archives.set(&two),
        Err(SettingsError::TwoInService { count: 2 })
    );
    assert_eq!(archives, before);
}

#[test]
fn an_archive_is_named_once() {
    let mut archives = Archives::default();
    let twice = links(&[(ARCHIVE, true), (ARCHIVE, false)]);
    let canister = ARCHIVE;
    assert_eq!(
        archives.set(&twice),
        Err(SettingsError::ArchiveTwice { canister })
    );
    assert_eq!(archives, Archives::default());
}

#[test]
fn an_archive_that_stays_keeps_what_is_known_of_it() {
    let mut archives = Archives::default();
    archives.set(&links(&[(ARCHIVE, true)])).unwrap();
    assert!(archives.asks(ARCHIVE, NOW));
    assert!(archives.matches(ARCHIVE, None, BlockIndex::new(3), 3));
    assert!(archives.matches(ARCHIVE, None, BlockIndex::new(7), 3));
    let both = links(&[(OTHER_ARCHIVE, true), (ARCHIVE, false)]);
    archives.set(&both).unwrap();
    assert_eq!(archives.archived(), 7);
    let known = archives.entries()[1];
    assert_eq!(known.first_index, Some(BlockIndex::new(3)));
    assert_eq!(known.acknowledged, BlockIndex::new(7));
    assert_eq!(known.last_fetch, Some(NOW));
    assert!(!known.in_service);
}

#[test]
fn strangers_may_not_ask() {
    let mut archives = Archives::default();
    archives.set(&links(&[(ARCHIVE, true)])).unwrap();
    assert!(!archives.asks(OTHER_ARCHIVE, NOW));
}

#[test]
fn golden_bytes() {
    let mut archives = Archives::default();
    archives.set(&links(&[(ARCHIVE, true)])).unwrap();
    archives.asks(ARCHIVE, NOW);
    assert!(archives.matches(ARCHIVE, None, BlockIndex::new(2), 2));
    let bytes = minicbor::to_vec(&archives).unwrap();
    // [2, [[h'0201', true, 2, 2, 5, false]]]
    let expected = [0x82, 2, 0x81, 0x86, 0x42, 2, 1, 0xf5, 2, 2, 5, 0xf4];
    assert_eq!(bytes, expected);
    assert_eq!(minicbor::decode::<Archives>(&bytes).unwrap(), archives);
}
