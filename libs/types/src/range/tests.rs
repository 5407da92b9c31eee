use candid::{decode_one, encode_one};

use super::*;
use crate::message;

/// The fields without the check.
#[derive(CandidType, minicbor::Encode)]
struct Raw {
    #[n(0)]
    lo: u64,
    #[n(1)]
    hi: u64,
}

fn range(lo: u64, hi: u64) -> AnchorRange {
    AnchorRange::new(lo.into(), hi.into()).unwrap()
}

#[test]
fn is_half_open() {
    let range = range(10, 12);
    assert_eq!(range.len(), 2);
    for (anchor, inside) in [(9, false), (10, true), (11, true), (12, false)] {
        assert_eq!(range.contains(anchor.into()), inside, "{anchor}");
    }
}

#[test]
fn neighbours_do_not_overlap() {
    assert!(!range(0, 10).overlaps(&range(10, 20)));
    assert!(!range(10, 20).overlaps(&range(0, 10)));
    assert!(range(0, 11).overlaps(&range(10, 20)));
    assert!(range(0, 100).overlaps(&range(10, 20)));
    assert!(range(10, 20).overlaps(&range(0, 100)));
}

#[test]
fn an_empty_range_is_refused_by_every_door() {
    let (lo, hi) = (AnchorNumber::new(5), AnchorNumber::new(5));
    assert_eq!(AnchorRange::new(lo, hi), Err(EmptyRange { lo, hi }));

    let good = Raw { lo: 5, hi: 6 };
    assert_eq!(
        decode_one::<AnchorRange>(&encode_one(&good).unwrap()).unwrap(),
        range(5, 6)
    );
    assert_eq!(message::decode(&message::encode(&good)), Ok(range(5, 6)));

    let bad = Raw { lo: 6, hi: 6 };
    assert!(decode_one::<AnchorRange>(&encode_one(&bad).unwrap()).is_err());
    assert!(matches!(
        message::decode::<AnchorRange>(&message::encode(&bad)),
        Err(message::MessageError::Malformed { .. })
    ));
}

#[test]
fn widens_and_never_shrinks() {
    let narrow = range(10, 20);
    assert_eq!(narrow.widened_to(21.into()), Ok(range(10, 21)));
    assert_eq!(narrow.widened_to(20.into()), Ok(narrow));
    let end = 19.into();
    let shrinks = RangeShrinks { range: narrow, end };
    assert_eq!(narrow.widened_to(end), Err(shrinks));
}

#[test]
fn includes_what_is_inside() {
    let outer = range(10, 20);
    for (lo, hi, inside) in [
        (10, 20, true),
        (11, 19, true),
        (9, 20, false),
        (10, 21, false),
        (30, 40, false),
    ] {
        assert_eq!(outer.includes(&range(lo, hi)), inside, "{lo} {hi}");
    }
}
