use super::*;
use crate::fixture::{
    LO, archive, blocks, encoded, foreign_hash, log, reply, time_at, tip_of, tx,
    unreachable_registry,
};
use ic_stable_structures::VectorMemory;
use oplog::{Block, Tx};
use types::AnchorNumber;
use types::registry::NotServed;

const NOW: TimestampNs = TimestampNs::new(1_800_000_000_000_000_000);

fn take(state: &mut State<VectorMemory>, answer: &FetchAnswer) -> Taken {
    let request = state.next_request();
    state.take_answer(&request, reply(answer), NOW)
}

fn failures(state: &State<VectorMemory>) -> Vec<(&'static str, u64)> {
    counters::FAILURES
        .iter()
        .map(|(slot, reason)| (*reason, state.counters.get(*slot)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

fn filled(length: usize) -> (Vec<Block>, State<VectorMemory>) {
    let (_, mut state) = archive();
    let log = log(10);
    let so_far = &log[..length];
    assert_eq!(
        take(&mut state, &blocks(so_far, 0, length)),
        Taken::UpToDate
    );
    (log, state)
}

#[test]
fn asking_for_the_next_block_acknowledges_the_last() {
    let (_, mut state) = archive();
    let request = state.next_request();
    assert_eq!(
        (request.next_index.get(), request.last_hash, request.limit),
        (0, None, 500)
    );
    let log = log(3);
    assert_eq!(take(&mut state, &blocks(&log, 0, 2)), Taken::More);
    let request = state.next_request();
    assert_eq!(
        (request.next_index.get(), request.last_hash),
        (2, Some(log[1].hash()))
    );
    assert_eq!(take(&mut state, &blocks(&log, 2, 3)), Taken::UpToDate);
    assert_eq!(take(&mut state, &blocks(&log, 3, 3)), Taken::UpToDate);
    assert_eq!(state.counters.get(counters::BLOCKS_STORED), 3);
    assert_eq!(state.counters.get(counters::FETCHES), 3);
    assert_eq!(state.counters.get(counters::LAST_SUCCESS_NS), NOW.get());
    assert_eq!(state.counters.get(counters::REGISTRY_LOG_LENGTH), 3);
    assert_eq!(state.registry_tip, Some(tip_of(&log)));
    assert_eq!(failures(&state), []);
}

#[test]
fn every_bad_answer_is_counted_once_and_stores_nothing() {
    let (good, _) = filled(4);
    let mut tampered = good[4].clone();
    tampered.phash = Some(foreign_hash());
    let with_block = |bytes: EncodedBlock| FetchAnswer::Blocks {
        first_index: BlockIndex::new(4),
        blocks: vec![bytes],
        tip: tip_of(&good),
    };
    let other_tip = ShardTip {
        last_hash: Some(foreign_hash()),
        ..tip_of(&good[..4])
    };
    // A block is an array of four, and its type, a number below 24, comes first.
    let of_a_later_type = || {
        let mut bytes = good[4].encode().into_vec();
        bytes[1] = 0x17;
        EncodedBlock::new(bytes)
    };
    let cases: Vec<(&str, Result<Vec<u8>, CallFailure>)> = vec![
        ("call_failed", unreachable_registry()),
        ("malformed_request", reply(&FetchAnswer::Malformed)),
        ("undecodable_answer", Ok(vec![])),
        ("undecodable_answer", Ok(vec![1, 0xff])),
        (
            "undecodable_answer",
            Ok([reply(&blocks(&good, 4, 5)).unwrap(), vec![0]].concat()),
        ),
        ("unsupported_version", Ok(vec![2, 0x80])),
        (
            "unsupported_version",
            reply(&FetchAnswer::UnsupportedVersion { supported: 9 }),
        ),
        (
            "diverged",
            reply(&FetchAnswer::Diverged {
                index: BlockIndex::new(3),
                ours: None,
            }),
        ),
        // The registry forgot a block that is here: it was rolled back.
        (
            "diverged",
            reply(&FetchAnswer::Blocks {
                first_index: BlockIndex::new(4),
                blocks: vec![],
                tip: tip_of(&good[..3]),
            }),
        ),
        (
            "diverged",
            reply(&FetchAnswer::Blocks {
                first_index: BlockIndex::new(4),
                blocks: vec![],
                tip: other_tip,
            }),
        ),
        (
            "pruned",
            reply(&FetchAnswer::Pruned {
                first_kept: BlockIndex::new(6),
            }),
        ),
        (
            "not_your_range",
            reply(&FetchAnswer::NotYourRange {
                reason: NotServed::NotRegistered,
            }),
        ),
        ("gap", reply(&blocks(&good, 5, 6))),
        ("gap", reply(&blocks(&good, 3, 5))),
        ("gap", reply(&blocks(&good, 4, 4))),
        (
            "undecodable_block",
            reply(&with_block(EncodedBlock::new([0xff]))),
        ),
        // Sound, of a type that only a later release knows: it waits for the archive's upgrade.
        ("undecodable_block", reply(&with_block(of_a_later_type()))),
        ("chain_mismatch", reply(&with_block(tampered.encode()))),
        ("chain_mismatch", reply(&with_block(good[5].encode()))),
    ];
    for (reason, answer) in cases {
        let (_, mut state) = filled(4);
        let request = state.next_request();
        let taken = state.take_answer(&request, answer.clone(), NOW);
        let Taken::Failed(failure) = taken else {
            panic!("{reason}: {answer:?} was taken as {taken:?}");
        };
        assert_eq!(failures(&state), [(reason, 1)], "{failure:?}");
        assert_eq!(state.last_failure, Some(failure));
        assert_eq!(
            state.next_request(),
            request,
            "{reason}: something was stored"
        );
        assert_eq!(
            state.counters.get(counters::FETCHES),
            1,
            "{reason} counted as a success"
        );
        // And the archive is none the worse for it.
        assert_eq!(take(&mut state, &blocks(&good, 4, 10)), Taken::UpToDate);
        assert_eq!(state.last_failure, None);
    }
}

#[test]
fn a_block_about_an_anchor_of_another_shard_is_refused() {
    let (good, _) = filled(4);
    for anchor in [LO - 1, 2 * LO].map(AnchorNumber::new) {
        let (_, mut state) = filled(4);
        let tx = Tx { anchor, ..tx(4) };
        let foreign = Block::new(Some(good[3].hash()), time_at(4), &tx);
        let index = BlockIndex::new(4);
        let answer = FetchAnswer::Blocks {
            first_index: index,
            blocks: vec![foreign.encode()],
            tip: tip_of(&good),
        };
        let failure = FetchFailure::ForeignAnchor { index, anchor };
        assert_eq!(take(&mut state, &answer), Taken::Failed(failure));
        assert_eq!(failures(&state), [("foreign_anchor", 1)]);
        assert_eq!(state.next_request().next_index, index);
    }
}

#[test]
fn what_came_before_a_bad_block_stays() {
    let (good, mut state) = filled(4);
    let answer = FetchAnswer::Blocks {
        first_index: BlockIndex::new(4),
        blocks: [encoded(&good[4..6]), encoded(&good[8..9])].concat(),
        tip: tip_of(&good),
    };
    let index = BlockIndex::new(6);
    assert_eq!(
        take(&mut state, &answer),
        Taken::Failed(FetchFailure::ChainMismatch { index })
    );
    assert_eq!(state.next_request().next_index, index);
    assert_eq!(state.counters.get(counters::BLOCKS_STORED), 6);
}

#[test]
fn an_answer_that_came_twice_stores_once() {
    let (good, mut state) = filled(4);
    let request = state.next_request();
    let answer = reply(&blocks(&good, 4, 8));
    assert_eq!(
        state.take_answer(&request, answer.clone(), NOW),
        Taken::More
    );
    let again = state.take_answer(&request, answer, NOW);
    let found = BlockIndex::new(4);
    assert_eq!(again, Taken::Failed(FetchFailure::WrongIndex { found }));
    assert_eq!(state.next_request().next_index, BlockIndex::new(8));
}

#[test]
fn more_blocks_than_asked_for_are_not_looked_at() {
    let (good, mut state) = filled(4);
    state.config.fetch_limit = 2;
    assert_eq!(take(&mut state, &blocks(&good, 4, 10)), Taken::More);
    assert_eq!(state.next_request().next_index, BlockIndex::new(6));
}

#[test]
fn a_long_reject_message_is_cut() {
    let (_, mut state) = filled(0);
    let request = state.next_request();
    let answer = Err(CallFailure {
        code: 5,
        message: "\u{e4}".repeat(5_000),
    });
    let Taken::Failed(FetchFailure::CallFailed { code: 5, message }) =
        state.take_answer(&request, answer, NOW)
    else {
        panic!("a rejected call is a failure");
    };
    assert_eq!(message.chars().count(), MESSAGE_CHARACTERS);
}
