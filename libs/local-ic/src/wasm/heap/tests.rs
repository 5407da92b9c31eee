use super::*;
use wasmtime::{Config, Engine, Instance, Module};

const PAGE: usize = 65536;

fn memory(heaps: &Heaps) -> (Store<()>, Memory) {
    let mut config = Config::new();
    config.with_host_memory(Arc::new(heaps.clone()));
    let engine = Engine::new(&config).unwrap();
    let wasm = wat::parse_str("(module (memory (export \"heap\") 2 10))").unwrap();
    let module = Module::new(&engine, wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let memory = instance.get_memory(&mut store, "heap").unwrap();
    (store, memory)
}

#[test]
fn a_memory_that_is_cut_keeps_its_beginning() {
    let heaps = Heaps::default();
    let (mut store, memory) = memory(&heaps);
    memory.grow(&mut store, 3).unwrap();
    memory.data_mut(&mut store).fill(7);
    heaps.cut(&mut store, memory, 2 * PAGE).unwrap();
    assert_eq!(memory.size(&store), 2);
    assert!(memory.data(&store).iter().all(|byte| *byte == 7));
    memory.grow(&mut store, 2).unwrap();
    let (old, new) = memory.data(&store).split_at(2 * PAGE);
    assert!(old.iter().all(|byte| *byte == 7));
    assert_eq!(new.len(), 2 * PAGE);
    assert!(new.iter().all(|byte| *byte == 0));
}

#[test]
fn cutting_to_a_larger_size_is_refused() {
    let heaps = Heaps::default();
    let (mut store, memory) = memory(&heaps);
    assert!(heaps.cut(&mut store, memory, 3 * PAGE).is_err());
    assert_eq!(memory.size(&store), 2);
}

#[test]
fn memories_end_with_their_store() {
    let heaps = Heaps::default();
    let (store, _) = memory(&heaps);
    assert_eq!(heaps.lock().len(), 1);
    drop(store);
    assert_eq!(heaps.lock().len(), 0);
}

#[test]
fn a_memory_of_others_is_left_alone() {
    let (mut store, memory) = memory(&Heaps::default());
    assert!(Heaps::default().cut(&mut store, memory, 0).is_err());
    assert_eq!(memory.size(&store), 2);
}

#[test]
fn growth_ends_at_the_maximum() {
    let (mut store, memory) = memory(&Heaps::default());
    assert!(memory.grow(&mut store, 9).is_err());
    assert_eq!(memory.grow(&mut store, 8).unwrap(), 2);
}
