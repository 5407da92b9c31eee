use super::*;
use crate::fixture::{archive, blocks, foreign_hash, init, log, reply, time_at};
use canister_kit::layout::LayoutError;
use ic_stable_structures::VectorMemory;
use types::BlockIndex;

#[test]
fn an_upgrade_keeps_blocks_tip_and_settings() {
    let (raw, mut state) = archive();
    let log = log(4);
    let request = state.next_request();
    state.take_answer(&request, reply(&blocks(&log, 0, 4)), time_at(0));
    let before = (state.tip(), state.config.clone(), state.root());
    drop(state);
    for settings in [None, Some(ArchiveSettings::default())] {
        let state = State::upgrade(raw.clone(), settings).unwrap();
        assert_eq!((state.tip(), state.config.clone(), state.root()), before);
        assert_eq!(
            state.tip().map(|tip| tip.hash),
            Some(*log[3].hash().as_bytes())
        );
    }
}

#[test]
fn an_upgrade_changes_the_settings_it_names_for_good() {
    let (raw, state) = archive();
    drop(state);
    let settings = ArchiveSettings {
        max_entries_per_call: Some(5),
        ..ArchiveSettings::default()
    };
    State::upgrade(raw.clone(), Some(settings)).unwrap();
    let state = State::upgrade(raw, None).unwrap();
    assert_eq!(state.config.max_entries_per_call, 5);
    assert_eq!(state.config.fetch_limit, 500);
}

#[test]
fn an_upgrade_with_impossible_settings_leaves_the_archive_as_it_was() {
    let (raw, _) = archive();
    let settings = ArchiveSettings {
        fetch_limit: Some(0),
        ..ArchiveSettings::default()
    };
    let refused = State::upgrade(raw.clone(), Some(settings)).err();
    assert!(matches!(
        refused,
        Some(StartError::Config(ConfigError::OutOfBounds { .. }))
    ));
    assert_eq!(State::upgrade(raw, None).unwrap().config.fetch_limit, 500);
}

#[test]
fn the_told_parent_of_a_later_archive_survives_too() {
    let raw = VectorMemory::default();
    let later = ArchiveInit {
        first_index: BlockIndex::new(7),
        parent_hash: Some(foreign_hash()),
        ..init()
    };
    State::install(raw.clone(), &later).unwrap();
    let state = State::upgrade(raw, None).unwrap();
    let request = state.next_request();
    assert_eq!(
        (request.next_index.get(), request.last_hash),
        (7, Some(foreign_hash()))
    );
    assert_eq!(
        state.tip(),
        None,
        "a block that is not here is not certified"
    );
}

#[test]
fn installing_over_an_archive_and_upgrading_nothing_are_refused() {
    let (raw, _) = archive();
    assert_eq!(
        State::install(raw, &init()).err(),
        Some(StartError::AlreadyInstalled)
    );
    let nothing = State::upgrade(VectorMemory::default(), None).err();
    assert_eq!(nothing, Some(StartError::NothingToUpgrade));
}

#[test]
fn the_memory_of_another_canister_is_refused() {
    let raw = VectorMemory::default();
    let manager = layout::memory_manager(raw.clone()).unwrap();
    layout::open(&Memories::of(&manager).layout, *b"ANCHREGS", 1, &[]).unwrap();
    let refused = State::upgrade(raw, None).err();
    assert!(matches!(
        refused,
        Some(StartError::Layout(LayoutError::WrongMagic { .. }))
    ));
}

#[test]
fn a_newer_layout_is_refused() {
    let (raw, _) = archive();
    let manager = layout::memory_manager(raw.clone()).unwrap();
    let header = Memories::of(&manager).layout;
    header.write(8, &(LAYOUT_VERSION + 1).to_le_bytes());
    let refused = State::upgrade(raw, None).err();
    let expected = LayoutError::UnknownVersion {
        found: LAYOUT_VERSION + 1,
        current: LAYOUT_VERSION,
    };
    assert_eq!(refused, Some(StartError::Layout(expected)));
}
