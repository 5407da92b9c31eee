use super::*;

fn record() -> Record {
    let tip = SavedTip {
        index: 7,
        hash: "00".repeat(32),
        certified_at_ns: 1,
    };
    Record {
        front: Principal::management_canister(),
        root_key: "30".to_owned(),
        tips: [(Principal::anonymous(), tip)].into(),
    }
}

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("below/record.json");
    assert_eq!(Record::read(&path).unwrap(), None);
    record().write(&path).unwrap();
    assert_eq!(Record::read(&path).unwrap(), Some(record()));
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(files, 1, "nothing else is left behind");
}

#[test]
fn a_damaged_record_is_named_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.json");
    for text in ["", "{", r#"{"front": "aaaaa-aa"}"#] {
        std::fs::write(&path, text).unwrap();
        let error = Record::read(&path).unwrap_err();
        assert!(error.to_string().contains("record.json"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
