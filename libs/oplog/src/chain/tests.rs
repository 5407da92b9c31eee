use super::*;
use crate::strategies::{add, chain, register};

fn log() -> Vec<Block> {
    chain(&[register(0, 1), add(0, 2), register(1, 3)])
}

/// Pushes the blocks from `first` on.
fn follow(
    verifier: &mut ChainVerifier,
    first: u64,
    blocks: &[Block],
) -> Result<Option<BlockHash>, ChainError> {
    for (index, block) in (first..).zip(blocks) {
        verifier.push(index.into(), block)?;
    }
    Ok(verifier.last_hash())
}

#[test]
fn follows_a_log_to_its_tip() {
    let log = log();
    let mut verifier = ChainVerifier::from_genesis();
    let tip = follow(&mut verifier, 0, &log).unwrap();
    assert_eq!(tip, Some(log[2].hash()));
    assert_eq!(verifier.next_index(), BlockIndex::new(3));
}

#[test]
fn resumes_where_it_was() {
    let log = log();
    let mut verifier = ChainVerifier::resume(1.into(), Some(log[0].hash())).unwrap();
    assert_eq!(
        follow(&mut verifier, 1, &log[1..]).unwrap(),
        Some(log[2].hash())
    );
}

#[test]
fn only_the_first_block_has_no_parent() {
    let hash = log()[0].hash();
    assert_eq!(
        ChainVerifier::resume(0.into(), Some(hash)),
        Err(ChainError::BadStart)
    );
    assert_eq!(
        ChainVerifier::resume(1.into(), None),
        Err(ChainError::BadStart)
    );
    assert_eq!(
        ChainVerifier::resume(0.into(), None),
        Ok(ChainVerifier::from_genesis())
    );
}

#[test]
fn a_gap_and_a_repetition_are_refused_and_change_nothing() {
    let log = log();
    let mut verifier = ChainVerifier::from_genesis();
    verifier.push(0.into(), &log[0]).unwrap();
    let before = verifier;
    for index in [0, 2] {
        assert_eq!(
            verifier.push(index.into(), &log[usize::try_from(index).unwrap()]),
            Err(ChainError::WrongIndex {
                expected: 1.into(),
                found: index.into(),
            })
        );
        assert_eq!(verifier, before);
    }
    verifier.push(1.into(), &log[1]).unwrap();
}

#[test]
fn a_changed_block_breaks_the_chain_after_it() {
    let mut log = log();
    log[1].ts = log[1].ts.saturating_add(1);
    let mut verifier = ChainVerifier::from_genesis();
    assert_eq!(
        follow(&mut verifier, 0, &log),
        Err(ChainError::ParentMismatch {
            index: 2.into(),
            expected: Some(log[1].hash()),
            found: log[2].phash,
        })
    );
    assert_eq!(verifier.next_index(), BlockIndex::new(2));
}

#[test]
fn a_second_first_block_is_refused() {
    let mut log = log();
    log[1].phash = None;
    let result = follow(&mut ChainVerifier::from_genesis(), 0, &log);
    assert!(matches!(
        result,
        Err(ChainError::ParentMismatch { found: None, .. })
    ));
}

#[test]
fn the_last_index_has_no_successor() {
    let block = &log()[1];
    let mut verifier = ChainVerifier::resume(u64::MAX.into(), block.phash).unwrap();
    assert_eq!(
        verifier.push(u64::MAX.into(), block),
        Err(ChainError::IndexOverflow)
    );
}
