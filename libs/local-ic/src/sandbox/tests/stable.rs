use super::*;

const TWO: StableLimits = StableLimits {
    dirty: 2,
    accessed: 3,
};

fn memory(limits: StableLimits) -> StableMemory {
    let mut memory = StableMemory::default();
    memory.size = 1;
    memory.begin(limits);
    memory
}

#[test]
fn bytes_come_back_and_the_rest_is_zero() {
    let mut memory = memory(StableLimits::default());
    assert_eq!(memory.write(4095, b"ab"), Ok(2));
    let mut out = [9; 4];
    memory.read(4094, &mut out).unwrap();
    assert_eq!(&out, b"\0ab\0");
}

#[test]
fn accesses_stay_within_the_size() {
    let mut memory = memory(StableLimits::default());
    assert!(memory.write(65536 - 4, b"abcd").is_ok());
    for (offset, len) in [(65536 - 3, 4), (65536, 1), (u64::MAX, 1), (u64::MAX - 1, 4)] {
        let trap = memory.write(offset, &vec![0; len]).unwrap_err();
        assert_eq!(
            trap.message,
            "Canister trapped: stable memory out of bounds"
        );
        assert!(memory.read(offset, &mut vec![0; len]).is_err());
    }
    assert_eq!(memory.write(u64::MAX, &[]), Ok(0));
    assert!(memory.read(u64::MAX, &mut []).is_ok());
}

#[test]
fn pages_count_as_new_once_for_each_execution() {
    let mut memory = memory(StableLimits::default());
    assert_eq!(memory.new_dirty_pages(4095, 2), 2);
    assert_eq!(memory.write(0, &[1]), Ok(1));
    assert_eq!(memory.new_dirty_pages(4095, 2), 1);
    assert_eq!(memory.new_dirty_pages(4095, 1), 0);
    assert_eq!(memory.new_dirty_pages(5000, 0), 0);
    assert_eq!(memory.write(4095, &[1, 1]), Ok(1));
    memory.begin(StableLimits::default());
    assert_eq!(memory.new_dirty_pages(0, 1), 1);
}

#[test]
fn one_execution_may_touch_so_many_pages() {
    let mut written = memory(TWO);
    written.write(0, &[1]).unwrap();
    written.write(4096, &[1]).unwrap();
    written.write(4097, &[1]).unwrap();
    let trap = written.write(8192, &[1]).unwrap_err();
    assert_eq!(trap.code, ErrorCode::CanisterMemoryAccessLimitExceeded);

    let mut read = memory(TWO);
    read.read(0, &mut [0; 3 * 4096]).unwrap();
    let trap = read.read(3 * 4096, &mut [0]).unwrap_err();
    assert_eq!(trap.code, ErrorCode::CanisterMemoryAccessLimitExceeded);
}

#[test]
fn limits_depend_on_the_kind_of_execution() {
    let pages = |mode| StableLimits::of(mode).accessed * 4096;
    assert_eq!(pages(Mode::Update), 2 << 30);
    assert_eq!(pages(Mode::ReplicatedQuery), 2 << 30);
    assert_eq!(pages(Mode::Init), 8 << 30);
    assert_eq!(pages(Mode::PreUpgrade), 8 << 30);
    assert_eq!(pages(Mode::Query), 1 << 30);
}
