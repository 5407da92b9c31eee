use super::super::followed::tests::{ARCHIVE, log, register, tip};
use super::*;

fn plan(has: ShardTip, expects: ShardTip, silent: bool) -> Plan {
    let error = ClientError::Decode {
        method: "status".to_owned(),
        reason: "it is silent".to_owned(),
    };
    Plan {
        registry: Principal::anonymous(),
        has,
        expects,
        blocks: Vec::new(),
        with_blocks: has,
        lost: (has != expects).then(|| Lost::between(&has, &expects)),
        tells_front: has != expects,
        is_closed: false,
        emptied: BTreeSet::new(),
        silent: silent.then_some((ARCHIVE, error)).into_iter().collect(),
    }
}

#[test]
fn nothing_is_declared_lost_without_a_word_and_without_every_archives_answer() {
    let blocks = log(vec![register(10), register(11), register(12)]);
    let (short, long) = (tip(&blocks[..1], 11), tip(&blocks, 13));
    let refused = |plan: &Plan, declare_lost| {
        let error = plan.may_be_done(declare_lost).expect_err("refused");
        (error.to_string(), error.hint().expect("there is a way"))
    };
    let lacking = plan(short, long, false);
    let (words, hint) = refused(&lacking, false);
    assert!(
        words.contains("blocks from 1 on: front saw 2 more"),
        "{words}"
    );
    assert!(words.contains("2 anchors"), "{words}");
    assert!(hint.contains("--declare-lost"), "{hint}");
    lacking.may_be_done(true).expect("declared");
    assert!(!lacking.is_empty());

    let unanswered = plan(short, long, true);
    assert!(refused(&unanswered, false).0.contains("it is silent"));
    let (words, hint) = refused(&unanswered, true);
    assert!(words.contains("it is silent"), "{words}");
    assert!(hint.contains("set_archives"), "{hint}");

    // An earlier command declared it, and did not get so far as to tell front.
    let untold = Plan {
        lost: None,
        ..plan(long, short, false)
    };
    assert!(!untold.is_empty());
    assert!(refused(&untold, false).1.contains("--declare-lost"));
    untold.may_be_done(true).expect("declared");
    let untold = Plan {
        lost: None,
        ..plan(long, short, true)
    };
    assert!(refused(&untold, true).0.contains("it is silent"));

    let whole = plan(long, long, true);
    whole.may_be_done(false).expect("nothing is missing");
    assert!(whole.is_empty());
}
