//! Modules of today start on the stable memory that modules of each earlier layout have left.

use anchorage_tests::family::{Device, Dump, Holds};
use types::AnchorNumber;
use types::front::ShardState;

const ALICE: AnchorNumber = AnchorNumber::new(10_000);

/// What the dump holds is served, and the family goes on from there.
#[track_caller]
fn goes_on_from(layout: u32) {
    let (family, dump) = (Dump::family(), Dump::stored(layout));
    assert_eq!(family.status(0).tip.log_length, 0);
    dump.put_under(&family);
    // The second shard is none of the dump's.
    family.puts(1, ShardState::Sealed);

    let Holds {
        layouts: _,
        time: _,
        canisters,
        log_length,
        last_hash,
        next_anchor,
        seed,
    } = Holds::of(&family);
    assert_eq!(canisters, dump.holds.canisters);
    assert_eq!(log_length, dump.holds.log_length);
    assert_eq!(last_hash, dump.holds.last_hash);
    assert_eq!(next_anchor, dump.holds.next_anchor);
    assert_eq!(seed, dump.holds.seed, "the salt is the stored one");

    assert_eq!(family.public_state(0), Dump::public_state());
    let alice = family.claim(ALICE, Device::new("alice").principal());
    let info = alice.asks_for_info().succeeds();
    assert_eq!(info.devices[3].alias, "private alias of tablet");
    // The archive has all but one block, and comes for it.
    let before = family.audits(0);
    assert_eq!(before.blocks.len() as u64, log_length);
    family.waits_until_archived(0);
    let archived = family.audits(0);
    assert_eq!(archived.hashes, before.hashes);
    assert_eq!(archived.archived, archived.blocks.len());

    let carol = family.register("carol");
    assert_eq!(carol.anchor.get(), next_anchor);
    alice.adds("watch");
    carol.logs_in_to("https://dapp.example");
    family.waits_until_archived(0);
    let after = family.audits(0);
    assert_eq!(after.blocks.len(), before.blocks.len() + 2);
    assert_eq!(after.hashes[..before.hashes.len()], before.hashes);
}

#[test]
fn layout_1() {
    goes_on_from(1);
}

#[test]
fn layout_2() {
    goes_on_from(2);
}

#[test]
fn there_is_a_dump_of_the_present_layouts() {
    let family = Dump::family();
    family.register("alice");
    let present = Holds::of(&family);
    assert_eq!(
        Dump::stored(present.number()).holds.layouts,
        present.layouts
    );
}
