use super::*;

mod agreement;

fn canister(number: u8) -> Principal {
    Principal::from_slice(&[number, 1])
}

fn range(lo: u64, hi: u64) -> AnchorRange {
    AnchorRange::new(AnchorNumber::new(lo), AnchorNumber::new(hi)).expect("not empty")
}

fn row(lo: u64, hi: u64, number: u8) -> ShardRoute {
    ShardRoute {
        range: range(lo, hi),
        canister: canister(number),
        state: ShardState::Open,
    }
}

fn table(rows: &[ShardRoute]) -> RoutingTable {
    RoutingTable::new(rows.to_vec()).expect("a valid table")
}

fn owner(table: &RoutingTable, anchor: u64) -> Option<Principal> {
    table.owner(AnchorNumber::new(anchor))
}

#[test]
fn ranges_are_half_open_and_gaps_belong_to_nobody() {
    let table = table(&[row(30, 40, 3), row(10, 20, 1), row(20, 25, 2)]);
    assert_eq!(owner(&table, 9), None);
    assert_eq!(owner(&table, 10), Some(canister(1)));
    assert_eq!(owner(&table, 19), Some(canister(1)));
    assert_eq!(owner(&table, 20), Some(canister(2)));
    assert_eq!(owner(&table, 25), None);
    assert_eq!(owner(&table, 39), Some(canister(3)));
    assert_eq!(owner(&table, 40), None);
    assert_eq!(owner(&RoutingTable::default(), 0), None);
}

#[test]
fn rows_come_out_sorted_and_sealed_shards_take_nothing_new() {
    let mut sealed = row(0, 10, 1);
    sealed.state = ShardState::Sealed;
    let table = table(&[row(20, 30, 3), sealed, row(10, 20, 2)]);
    let lows: Vec<u64> = table
        .rows()
        .iter()
        .map(|row| row.range.lo().get())
        .collect();
    assert_eq!(lows, [0, 10, 20]);
    let open: Vec<Principal> = table.open().map(|row| row.canister).collect();
    assert_eq!(open, [canister(2), canister(3)]);
    assert_eq!(table.state(canister(1)), Some(ShardState::Sealed));
    assert_eq!(table.state(canister(9)), None);
    assert_eq!(owner(&table, 5), Some(canister(1)));
}

#[test]
fn overlaps_are_refused() {
    let result = RoutingTable::new(vec![row(10, 21, 1), row(20, 30, 2)]);
    let (first, second) = (range(10, 21), range(20, 30));
    assert_eq!(result, Err(RoutingError::Overlap { first, second }));
    let same = RoutingTable::new(vec![row(10, 20, 1), row(10, 20, 2)]);
    assert!(matches!(same, Err(RoutingError::Overlap { .. })));
}

#[test]
fn a_canister_owns_one_range() {
    let result = RoutingTable::new(vec![row(0, 10, 1), row(10, 20, 2), row(20, 30, 1)]);
    assert_eq!(
        result,
        Err(RoutingError::CanisterTwice {
            canister: canister(1)
        })
    );
}

#[test]
fn numbers_that_were_given_stay_with_their_shard() {
    let old = table(&[row(0, 100, 1), row(100, 200, 2)]);
    // Shard 1 has given 0 to 49; shard 2 none.
    let first_free =
        |row: &ShardRoute| AnchorNumber::new(if row.canister == canister(1) { 50 } else { 100 });
    let replace = |rows: &[ShardRoute]| old.replaced_by(rows.to_vec(), first_free);
    let lost = Err(RoutingError::OwnerChanged {
        range: range(0, 50),
    });

    assert!(replace(&[row(0, 50, 1), row(50, 300, 3)]).is_ok());
    assert!(replace(&[row(0, 1_000, 1)]).is_ok());
    assert_eq!(replace(&[row(0, 49, 1)]), lost);
    assert_eq!(replace(&[row(1, 100, 1)]), lost);
    assert_eq!(replace(&[row(0, 100, 3)]), lost);
    assert_eq!(replace(&[]), lost);
}

#[test]
fn a_shard_that_gave_no_number_may_go() {
    let old = table(&[row(100, 200, 1)]);
    let fresh = |_: &ShardRoute| AnchorNumber::new(100);
    assert_eq!(
        old.replaced_by(Vec::new(), fresh),
        Ok(RoutingTable::default())
    );
}

#[test]
fn a_full_shard_keeps_its_whole_range() {
    let old = table(&[row(0, 100, 1)]);
    let full = |_: &ShardRoute| AnchorNumber::new(100);
    assert!(old.replaced_by(vec![row(0, 100, 1)], full).is_ok());
    assert!(old.replaced_by(vec![row(0, 99, 1)], full).is_err());
}

#[test]
fn the_certified_bytes_are_candid_of_the_rows() {
    let table = table(&[row(0, 10, 1)]);
    let rows: Vec<ShardRoute> = candid::decode_one(&certified_bytes(&table)).expect("Candid");
    assert_eq!(rows, table.rows());
}
