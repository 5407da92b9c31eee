use super::*;
use types::AnchorRange;
use types::front::ShardState;

fn shard(canister: Principal) -> ShardRoute {
    ShardRoute {
        range: AnchorRange::new(1.into(), 2.into()).unwrap(),
        canister,
        state: ShardState::Open,
    }
}

#[test]
fn a_shard_that_was_audited_before_must_still_be_there() {
    let (one, other) = (Principal::anonymous(), Principal::management_canister());
    let tip = SavedTip {
        index: 1,
        hash: String::new(),
        certified_at_ns: 0,
    };
    let tips = Tips::from([(one, tip)]);
    let gone = |shards: &[ShardRoute]| {
        let errors = missing(&tips, shards);
        let is_gone = |error: &Error| matches!(error, Error::Audit { shard, .. } if *shard == one);
        errors.iter().filter(|error| is_gone(error)).count()
    };
    assert_eq!(gone(&[shard(one), shard(other)]), 0);
    // Its range now belongs to another canister; or the table is empty.
    assert_eq!(gone(&[shard(other)]), 1);
    assert_eq!(gone(&[]), 1);
}

#[test]
fn a_family_without_shards_is_none() {
    let errors = missing(&Tips::new(), &[]);
    assert!(matches!(errors[..], [Error::NoShards]), "{errors:?}");
}
