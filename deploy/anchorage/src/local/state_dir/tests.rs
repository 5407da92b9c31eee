use super::*;
use crate::record::SavedTip;

fn saved() -> Saved {
    Saved {
        front: Principal::management_canister(),
        root_key: "30".to_owned(),
        canisters: vec![Principal::management_canister()],
        dapp: None,
        tips: Tips::new(),
    }
}

fn tips(index: u64) -> Tips {
    let tip = SavedTip {
        index,
        hash: String::new(),
        certified_at_ns: 0,
    };
    [(Principal::anonymous(), tip)].into()
}

#[test]
fn a_directory_is_new_until_the_server_saved_something() {
    let folder = tempfile::tempdir().unwrap();
    let dir = StateDir::open(&folder.path().join("new/state")).unwrap();
    dir.save(&saved()).unwrap();
    assert_eq!(dir.saved().unwrap(), None);
    std::fs::write(dir.network().join("state"), "").unwrap();
    assert_eq!(dir.saved().unwrap(), Some(saved()));
    std::fs::remove_file(dir.path().join("family.json")).unwrap();
    assert!(matches!(dir.saved(), Err(Error::UnknownState(_))));
}

#[test]
fn what_was_never_deployed_to_the_end_is_forgotten_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let dir = StateDir::open(folder.path()).unwrap();
    std::fs::write(dir.network().join("state"), "").unwrap();
    dir.save(&saved()).unwrap();
    dir.forget_unfinished().unwrap();
    assert!(dir.saved().unwrap().is_some());
    std::fs::remove_file(dir.path().join("family.json")).unwrap();
    dir.forget_unfinished().unwrap();
    assert_eq!(
        StateDir::open(folder.path()).unwrap().saved().unwrap(),
        None
    );
}

#[test]
fn tips_are_taken_over_from_this_family_only() {
    let folder = tempfile::tempdir().unwrap();
    let dir = StateDir::open(folder.path()).unwrap();
    std::fs::write(dir.network().join("state"), "").unwrap();
    let record = folder.path().join("record.json");
    for (root_key, front, expected) in [
        ("30", saved().front, tips(7)),
        ("31", saved().front, Tips::new()),
        ("30", Principal::anonymous(), Tips::new()),
    ] {
        Record::change(&record, |record| {
            record.root_key = root_key.to_owned();
            record.families = [(front, tips(7))].into();
        })
        .unwrap();
        dir.save_tips(&saved(), &record).unwrap();
        assert_eq!(dir.saved().unwrap().unwrap().tips, expected);
    }
}
