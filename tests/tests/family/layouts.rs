//! Modules of today start on the stable memory that modules of each earlier layout have left.

use anchorage_tests::family::{Device, Dump, Family, Holds, Role, ask};
use std::time::Duration;
use types::AnchorNumber;
use types::front::ShardState;

const ALICE: AnchorNumber = AnchorNumber::new(10_000);
const BOB: AnchorNumber = AnchorNumber::new(10_001);

/// The passkeys of the story, and whose they are.
const PASSKEYS: [(&str, AnchorNumber); 4] = [
    ("alice", ALICE),
    ("phone", ALICE),
    ("tablet", ALICE),
    ("bob", BOB),
];

/// A registry of layout 1 has no index of passkeys. Until it is built lookups are refused.
#[track_caller]
fn index_is_built_from(layout: u32, family: &Family) {
    let id = |name| Device::new(name).data.credential_id.expect("a passkey");
    let front = family.front();
    if layout == 1 {
        assert_eq!(family.status(0).unindexed, Some(2));
        ask(front.lookup_device_key(&id("alice"))).is_refused_saying("try again later");
    } else {
        assert_eq!(family.status(0).unindexed, Some(0));
    }
    // Meanwhile an anchor without an entry changes, and another one comes.
    let bob = family.claim(BOB, Device::new("bob").principal());
    let watch = bob.adds("watch of bob");
    let dave = family.register("dave");
    family.waits_until("the index is built", Duration::from_mins(1), |family| {
        family.status(0).unindexed == Some(0)
    });
    let anchor = |name| {
        let found = ask(front.lookup_device_key(&id(name))).succeeds();
        found.map(|found| (found.anchor_number, found.pubkey))
    };
    let others = [("watch of bob", BOB), ("dave", dave.anchor)];
    for (name, owner) in PASSKEYS.into_iter().chain(others) {
        let pubkey = Device::new(name).data.pubkey;
        assert_eq!(anchor(name), Some((owner, pubkey)), "{name}");
    }
    assert_eq!(anchor("nobody"), None);
    bob.removes(&watch);
    assert_eq!(anchor("watch of bob"), None);
}

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
    let story = family.audits(0);
    assert_eq!(story.blocks.len() as u64, log_length);
    index_is_built_from(layout, &family);
    let alice = family.claim(ALICE, Device::new("alice").principal());
    let info = alice.asks_for_info().succeeds();
    assert_eq!(info.devices[3].alias, "private alias of tablet");
    // The archive lacks blocks, and comes for them.
    let before = family.audits(0);
    assert_eq!(before.hashes[..story.hashes.len()], story.hashes);
    family.waits_until_archived(0);
    let archived = family.audits(0);
    assert_eq!(archived.hashes, before.hashes);
    assert_eq!(archived.archived, archived.blocks.len());

    let carol = family.register("carol");
    assert_eq!(carol.anchor.get(), next_anchor + 1);
    alice.adds("watch");
    carol.logs_in_to("https://dapp.example");
    family.waits_until_archived(0);
    let after = family.audits(0);
    assert_eq!(after.blocks.len(), before.blocks.len() + 2);
    assert_eq!(after.hashes[..before.hashes.len()], before.hashes);
}

/// Front knows the tip from before: a shard that has none of it, as if it had been put back, is found out.
#[track_caller]
fn front_knows_tips_from(layout: u32) {
    let (family, dump) = (Dump::family(), Dump::stored(layout));
    dump.put_under_some(&family, &[Role::Front]);
    let tip = family.expected(0).tip.expect("front heard of the shard");
    assert_eq!(tip.log_length, dump.holds.log_length);
    assert_eq!(tip.next_anchor.get(), dump.holds.next_anchor);
    let hash = tip.last_hash.map(|hash| hash.to_string());
    assert_eq!(hash.as_ref(), Some(&dump.holds.last_hash));
    let alice = family.claim(ALICE, Device::new("alice").principal());
    let log_in = alice.prepares("https://dapp.example");
    log_in.is_refused_saying("rolled back");
}

#[test]
fn layout_1() {
    goes_on_from(1);
    front_knows_tips_from(1);
}

#[test]
fn layout_2() {
    goes_on_from(2);
    front_knows_tips_from(2);
}

#[test]
fn layout_3() {
    goes_on_from(3);
    front_knows_tips_from(3);
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
