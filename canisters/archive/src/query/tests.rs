use super::*;
use crate::fixture::{anchor_at, archive, blocks as answer, device, log, reply, time_at, tx};
use ic_stable_structures::VectorMemory;
use serde_bytes::ByteBuf;
use types::archive::{AnchorEntries, Entries, Entry};
use types::icrc3::Value;
use types::{BlockHash, DeviceKey};

const MOST: u16 = 100;

fn filled(length: u64) -> State<VectorMemory> {
    let (_, mut state) = archive();
    let log = log(length);
    let request = state.next_request();
    state.take_answer(&request, reply(&answer(&log, 0, log.len())), time_at(0));
    assert_eq!(state.store.len(), length);
    state
}

fn entries_of(answer: &[u8]) -> Vec<Option<Entry>> {
    let Entries { entries } = candid::decode_one(answer).unwrap();
    entries
}

fn anchor_page(
    state: &State<VectorMemory>,
    anchor: AnchorNumber,
    cursor: Option<Cursor>,
    limit: Option<u16>,
) -> Result<AnchorEntries, BadToken> {
    let answer = anchor_entries(&state.store, anchor, cursor, limit, MOST)?;
    Ok(candid::decode_one(&answer).unwrap())
}

fn numbers(entries: &[Option<Entry>]) -> Vec<u64> {
    let number = |entry: &Option<Entry>| entry.as_ref().unwrap().sequence_number.get();
    entries.iter().map(number).collect()
}

fn page(
    state: &State<VectorMemory>,
    index: Option<u64>,
    limit: Option<u16>,
    most: u16,
) -> Vec<u64> {
    let answer = entries(&state.store, index.map(BlockIndex::new), limit, most);
    numbers(&entries_of(&answer))
}

fn run(start: u64, length: u64) -> GetBlocksRequest {
    GetBlocksRequest {
        start: start.into(),
        length: length.into(),
    }
}

fn ids(result: &GetBlocksResult) -> Vec<u64> {
    result
        .blocks
        .iter()
        .map(|block| saturating(&block.id))
        .collect()
}

#[test]
fn entries_say_what_the_blocks_say() {
    let state = filled(5);
    let answer = entries(&state.store, Some(BlockIndex::new(4)), None, MOST);
    let entry = entries_of(&answer).remove(0).unwrap();
    let expected = Entry {
        anchor: anchor_at(4),
        operation: match tx(4).operation {
            oplog::Operation::Add { device } => {
                types::archive::EntryOperation::AddDevice { device }
            }
            other => unreachable!("blocks after the first three add, not {other:?}"),
        },
        timestamp: time_at(4),
        caller: tx(4).caller,
        sequence_number: BlockIndex::new(4),
    };
    assert_eq!(entry, expected);
}

#[test]
fn pages_of_entries_are_bounded_and_meet() {
    let state = filled(10);
    assert_eq!(page(&state, Some(0), Some(4), MOST), [0, 1, 2, 3]);
    assert_eq!(page(&state, Some(4), Some(4), MOST), [4, 5, 6, 7]);
    assert_eq!(page(&state, Some(8), Some(4), MOST), [8, 9]);
    assert_eq!(
        page(&state, Some(2), Some(9), 3),
        [2, 3, 4],
        "the configured limit holds"
    );
    assert_eq!(page(&state, Some(7), None, 2), [7, 8]);
    for beyond in [10, 11, u64::MAX] {
        assert!(
            page(&state, Some(beyond), None, MOST).is_empty(),
            "{beyond}"
        );
    }
}

#[test]
fn without_an_index_the_latest_entries_come() {
    let state = filled(10);
    assert_eq!(page(&state, None, Some(3), MOST), [7, 8, 9]);
    assert_eq!(page(&state, None, None, 4), [6, 7, 8, 9]);
    assert_eq!(page(&state, None, None, MOST).len(), 10);
    assert!(page(&filled(0), None, None, MOST).is_empty());
}

#[test]
fn the_latest_entries_are_there_if_earlier_ones_fill_the_page() {
    let (_, mut state) = archive();
    let mut parent = None;
    // Only four blocks of this size have room.
    for index in 0..6 {
        let mut device = device(index);
        device.pubkey = DeviceKey::new(vec![7; 300_000]);
        let operation = oplog::Operation::Add { device };
        let tx = oplog::Tx {
            operation,
            ..tx(index)
        };
        let block = Block::new(parent, time_at(index), &tx);
        parent = Some(block.hash());
        state.store.append(block.encode().as_slice()).unwrap();
    }
    assert_eq!(page(&state, None, None, MOST), [2, 3, 4, 5]);
    assert_eq!(page(&state, Some(1), None, MOST), [1, 2, 3, 4]);
}

#[test]
fn an_anchors_pages_meet_without_gap_or_overlap() {
    let state = filled(10);
    let mut seen = vec![];
    let mut cursor = None;
    loop {
        let page = anchor_page(&state, anchor_at(0), cursor, Some(2)).unwrap();
        seen.extend(numbers(&page.entries));
        match page.next_token {
            Some(token) => cursor = Some(Cursor::NextToken(token)),
            None => break,
        }
    }
    assert_eq!(seen, [0, 3, 6, 9]);
}

#[test]
fn an_anchors_entries_start_at_the_asked_time() {
    let state = filled(10);
    let from = |time: u64| {
        let cursor = Cursor::Timestamp(TimestampNs::new(time));
        let page = anchor_page(&state, anchor_at(1), Some(cursor), None).unwrap();
        assert_eq!(page.next_token, None);
        numbers(&page.entries)
    };
    assert_eq!(from(time_at(4).get()), [4, 7]);
    assert_eq!(from(time_at(4).get() + 1), [7]);
    assert_eq!(from(0), [1, 4, 7]);
    assert!(from(u64::MAX).is_empty());
}

#[test]
fn tokens_of_another_anchor_and_garbage_are_refused() {
    let state = filled(10);
    let first = anchor_page(&state, anchor_at(0), None, Some(1)).unwrap();
    let token = first.next_token.unwrap();
    for (anchor, token) in [
        (anchor_at(1), token.clone()),
        (anchor_at(0), ByteBuf::new()),
        (anchor_at(0), ByteBuf::from(token[..7].to_vec())),
        (anchor_at(0), ByteBuf::from(100_u64.to_be_bytes())),
        (
            anchor_at(0),
            ByteBuf::from([token.as_slice(), &[0]].concat()),
        ),
    ] {
        let cursor = Some(Cursor::NextToken(token));
        assert_eq!(anchor_page(&state, anchor, cursor, None), Err(BadToken));
    }
}

#[test]
fn a_limit_of_zero_still_gets_an_anchors_reader_on() {
    let page = anchor_page(&filled(4), anchor_at(0), None, Some(0)).unwrap();
    assert_eq!(numbers(&page.entries), [0]);
    assert!(page.next_token.is_some());
}

#[test]
fn runs_of_blocks_are_cut_to_what_is_here_and_to_the_limit() {
    let state = filled(10);
    let ask = |runs: &[GetBlocksRequest], most| blocks(&state.store, runs, most);
    assert_eq!(
        ids(&ask(&[run(2, 2), run(8, 100), run(0, 1)], MOST)),
        [2, 3, 8, 9, 0]
    );
    assert_eq!(ids(&ask(&[run(0, 5), run(5, 5)], 7)), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(
        ids(&ask(
            &[run(u64::MAX, u64::MAX), run(10, 1), run(3, 0)],
            MOST
        )),
        [0; 0]
    );
    assert_eq!(ask(&[], MOST).log_length, 10_u64);
    let huge = GetBlocksRequest {
        start: Nat(candid::Nat::from(u64::MAX).0 * 1_000_u32),
        length: Nat(candid::Nat::from(u64::MAX).0 * 1_000_u32),
    };
    assert_eq!(ids(&ask(&[huge], MOST)), [0; 0]);
    let many = vec![run(0, 1); 150];
    assert_eq!(ids(&ask(&many, 1_000)).len(), RUNS_PER_CALL);
}

#[test]
fn served_blocks_hash_to_the_chain() {
    let state = filled(3);
    let result = blocks(&state.store, &[run(0, 3)], MOST);
    let mut parent = None;
    for served in &result.blocks {
        let block = Block::from_value(&served.block).unwrap();
        assert_eq!(block.phash, parent);
        parent = Some(block.hash());
    }
    assert_eq!(parent, state.store.last_hash());
    assert!(matches!(result.blocks[0].block, Value::Map(_)));
}

#[test]
fn status_shows_progress_and_every_reason() {
    let mut state = filled(2);
    let build = BuildInfo {
        canister: "archive",
        version: "1.2.3",
        commit: "abc",
    };
    let request = state.next_request();
    state.take_answer(&request, Ok(vec![]), time_at(9));
    let shown = status(&state, build);
    assert_eq!((shown.first_index.get(), shown.next_index.get()), (0, 2));
    assert_eq!(
        shown.last_hash.as_ref().map(BlockHash::as_bytes),
        Some(&state.tip().unwrap().hash)
    );
    assert_eq!(shown.last_success, Some(time_at(0)));
    assert_eq!(
        shown.last_failure,
        Some(types::archive::FetchFailure::UndecodableAnswer)
    );
    assert_eq!(shown.failures.len(), counters::FAILURES.len());
    let failed: Vec<_> = shown
        .failures
        .iter()
        .filter(|failure| failure.count > 0)
        .collect();
    assert_eq!(
        (failed.len(), failed[0].reason.as_str()),
        (1, "undecodable_answer")
    );
    assert_eq!(
        (shown.version.as_str(), shown.commit.as_str()),
        ("1.2.3", "abc")
    );
}

#[test]
fn answers_are_the_bytes_of_candids_library() {
    let state = filled(10);
    for limit in [0, 1, 4, 10] {
        let answer = entries(&state.store, Some(BlockIndex::new(2)), Some(limit), MOST);
        let page: Entries = candid::decode_one(&answer).unwrap();
        assert_eq!(page.entries.len(), usize::from(limit.min(8)));
        assert_eq!(
            answer,
            candid::encode_one(&page).unwrap(),
            "{limit} entries"
        );

        let answer = anchor_entries(&state.store, anchor_at(0), None, Some(limit), MOST).unwrap();
        let page: AnchorEntries = candid::decode_one(&answer).unwrap();
        assert_eq!(page.entries.len(), usize::from(limit.clamp(1, 4)));
        assert_eq!(
            answer,
            candid::encode_one(&page).unwrap(),
            "{limit} entries"
        );
    }
}

#[test]
fn many_entries_are_counted_and_what_cannot_be_read_is_none() {
    let page = super::page(None, 200);
    let mut written = Written::of::<Entries>(&page);
    for index in 0..200 {
        written.push(BlockIndex::new(index), b"no block");
    }
    assert_eq!(entries_of(&written.finish()), vec![None; 200]);
}
