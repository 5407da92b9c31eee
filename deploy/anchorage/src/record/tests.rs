use super::*;

fn tip(index: u64) -> SavedTip {
    SavedTip {
        index,
        hash: format!("{index:064}"),
        certified_at_ns: 1,
    }
}

fn tips(tips: &[(Principal, u64)]) -> Tips {
    let tips = tips.iter();
    tips.map(|(shard, index)| (*shard, tip(*index))).collect()
}

const SHARD: Principal = Principal::anonymous();
const OTHER: Principal = Principal::management_canister();

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("below/record.json");
    assert_eq!(Record::read(&path).unwrap(), None);
    let written = Record::change(&path, |record| {
        record.front = Some(OTHER);
        record.families.insert(OTHER, tips(&[(SHARD, 7)]));
    });
    assert_eq!(Record::read(&path).unwrap(), Some(written.unwrap()));
    // A change keeps what it does not touch.
    let again = Record::change(&path, |record| record.front = Some(SHARD)).unwrap();
    assert_eq!(again.families[&OTHER], tips(&[(SHARD, 7)]));
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(files, 1, "nothing else is left behind");
}

#[test]
fn changes_at_the_same_time_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = &folder.path().join("record.json");
    std::thread::scope(|scope| {
        for number in 0..8_u8 {
            scope.spawn(move || {
                let front = Principal::from_slice(&[number]);
                let change = |record: &mut Record| drop(record.families.insert(front, Tips::new()));
                Record::change(path, change).unwrap();
            });
        }
    });
    assert_eq!(Record::read(path).unwrap().unwrap().families.len(), 8);
}

#[test]
fn a_damaged_record_is_named_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.json");
    for text in ["", "{", r#"{"front": "aaaaa-aa"}"#] {
        std::fs::write(&path, text).unwrap();
        let error = Record::read(&path).unwrap_err();
        assert!(error.to_string().contains("record.json"), "{error}");
        Record::change(&path, |_| ()).unwrap_err();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn the_later_tip_of_a_shard_stays() {
    let mut known = tips(&[(SHARD, 7)]);
    merge(&mut known, &tips(&[(SHARD, 6), (OTHER, 1)]));
    assert_eq!(known, tips(&[(SHARD, 7), (OTHER, 1)]));
    merge(&mut known, &tips(&[(SHARD, 8)]));
    assert_eq!(known, tips(&[(SHARD, 8), (OTHER, 1)]));
}
