use super::*;
use ic_stable_structures::VectorMemory;
use ic_stable_structures::memory_manager::MemoryId;
use std::cell::RefCell;

const MAGIC: Magic = *b"ANCHTEST";

fn step(from: u32, log: &RefCell<Vec<u32>>) -> impl Fn() -> Result<(), String> + '_ {
    move || {
        log.borrow_mut().push(from);
        Ok(())
    }
}

fn header(memory: &VectorMemory) -> Vec<u8> {
    memory.borrow()[..HEADER_BYTES].to_vec()
}

#[test]
fn a_new_memory_gets_the_header_in_these_very_bytes() {
    let memory = VectorMemory::default();
    assert_eq!(open(&memory, MAGIC, 0x0102, &[]), Ok(Opened::Fresh));
    assert_eq!(header(&memory), b"ANCHTEST\x02\x01\x00\x00");
    assert_eq!(open(&memory, MAGIC, 0x0102, &[]), Ok(Opened::Current));
}

#[test]
fn migrations_run_one_version_at_a_time_in_order() {
    let memory = VectorMemory::default();
    open(&memory, MAGIC, 1, &[]).unwrap();
    let log = RefCell::new(Vec::new());
    let (one, two, three) = (step(1, &log), step(2, &log), step(3, &log));
    let steps = [
        Migration {
            from: 3,
            run: &three,
        },
        Migration { from: 1, run: &one },
        Migration { from: 2, run: &two },
    ];
    assert_eq!(
        open(&memory, MAGIC, 4, &steps),
        Ok(Opened::Migrated { from: 1 })
    );
    assert_eq!(*log.borrow(), [1, 2, 3]);
    assert_eq!(header(&memory), b"ANCHTEST\x04\x00\x00\x00");
    assert_eq!(open(&memory, MAGIC, 4, &steps), Ok(Opened::Current));
    assert_eq!(
        log.borrow().len(),
        3,
        "a finished migration must not run again"
    );
}

#[test]
fn a_failing_step_keeps_what_was_reached() {
    let memory = VectorMemory::default();
    open(&memory, MAGIC, 1, &[]).unwrap();
    let steps = [
        Migration {
            from: 1,
            run: &|| Ok(()),
        },
        Migration {
            from: 2,
            run: &|| Err("disk full".into()),
        },
    ];
    assert_eq!(
        open(&memory, MAGIC, 3, &steps),
        Err(LayoutError::MigrationFailed {
            from: 2,
            reason: "disk full".into()
        })
    );
    assert_eq!(header(&memory), b"ANCHTEST\x02\x00\x00\x00");
}

#[test]
fn a_missing_step_is_refused_before_the_version_changes() {
    let memory = VectorMemory::default();
    open(&memory, MAGIC, 1, &[]).unwrap();
    assert_eq!(
        open(&memory, MAGIC, 2, &[]),
        Err(LayoutError::NoMigration {
            from: 1,
            current: 2
        })
    );
    assert_eq!(header(&memory), b"ANCHTEST\x01\x00\x00\x00");
}

#[test]
fn newer_and_impossible_versions_are_refused() {
    for found in [0, 3, u32::MAX] {
        let memory = VectorMemory::default();
        open(&memory, MAGIC, 2, &[]).unwrap();
        memory.write(8, &found.to_le_bytes());
        assert_eq!(
            open(&memory, MAGIC, 2, &[]),
            Err(LayoutError::UnknownVersion { found, current: 2 })
        );
    }
}

#[test]
fn the_memory_of_another_kind_of_canister_is_refused() {
    let memory = VectorMemory::default();
    open(&memory, *b"ANCHREGS", 1, &[]).unwrap();
    let error = open(&memory, MAGIC, 1, &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stable memory belongs to \"ANCHREGS\", this module is for \"ANCHTEST\""
    );
}

#[test]
fn foreign_stable_memory_is_not_overwritten() {
    let raw = VectorMemory::default();
    raw.grow(1);
    raw.write(0, b"somebody's data");
    assert!(matches!(
        memory_manager(raw.clone()),
        Err(LayoutError::Foreign)
    ));
    assert_eq!(&raw.borrow()[..15], b"somebody's data");
}

#[test]
fn a_manager_opens_its_own_memory_again() {
    let raw = VectorMemory::default();
    for expected in [Opened::Fresh, Opened::Current] {
        let manager = memory_manager(raw.clone()).unwrap();
        assert_eq!(
            open(&manager.get(MemoryId::new(0)), MAGIC, 1, &[]),
            Ok(expected)
        );
    }
}
