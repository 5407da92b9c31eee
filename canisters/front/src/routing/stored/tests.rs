use super::*;
use crate::state::tests::{memories, row, shard};

const STATES: [ShardState; 4] = [
    ShardState::Open,
    ShardState::Sealed,
    ShardState::Maintenance,
    ShardState::Unreachable,
];

#[test]
fn stored_rows_read_back_as_they_were() {
    for state in STATES {
        let route = ShardRoute { state, ..row(1) };
        let bytes = minicbor::to_vec(StoredRoute::from(&route)).expect("a vector");
        let stored: StoredRoute = minicbor::decode(&bytes).expect("what was written");
        assert_eq!(ShardRoute::from(stored), route);
    }
}

/// Golden bytes: a change of these is a change of the stored layout and needs a migration.
#[test]
fn stored_rows_keep_their_bytes() {
    let codes = STATES.map(|state| {
        let route = ShardRoute { state, ..row(1) };
        let bytes = minicbor::to_vec(StoredRoute::from(&route)).expect("a vector");
        hex::encode(bytes)
    });
    // [[100, 200], h'0107', state]
    let golden = ["00", "01", "02", "03"].map(|state| format!("8382186418c8420107{state}"));
    assert_eq!(codes, golden);
}

/// The bytes of layout 1, as its golden test had them: what took no new anchors is sealed, the rest is open.
#[test]
fn the_table_of_layout_1_is_taken_over() {
    let memory = memories().routing;
    let bytes = hex::decode("828382186418c8420107f583821901f4190258420507f4").expect("hex");
    let rows: Vec<Route1> = minicbor::decode(&bytes).expect("rows of layout 1");
    let cell = StableCell::new(memory, Stored(rows));
    let memory = cell.into_memory();
    migrate_from_layout_1(memory.clone());
    let cell = StableCell::init(memory, Stored(Vec::<StoredRoute>::new()));
    let routes: Vec<ShardRoute> = cell.get().0.iter().cloned().map(Into::into).collect();
    let sealed = ShardRoute {
        state: ShardState::Sealed,
        ..row(5)
    };
    assert_eq!(routes, [row(1), sealed]);
    assert_eq!(routes[1].canister, shard(5));
}

#[test]
fn a_new_canister_has_nothing_to_migrate() {
    let memory = ic_stable_structures::DefaultMemoryImpl::default();
    let manager = ic_stable_structures::memory_manager::MemoryManager::init(memory);
    let memory = manager.get(ic_stable_structures::memory_manager::MemoryId::new(2));
    migrate_from_layout_1(memory.clone());
    assert_eq!(memory.size(), 0);
}
