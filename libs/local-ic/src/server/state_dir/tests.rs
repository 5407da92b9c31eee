use super::StateDir;
use std::fs;

#[test]
fn an_absent_directory_is_made() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a/b");
    let taken = StateDir::take(&path).unwrap();
    assert!(path.is_dir());
    assert!(!taken.holds_state());
}

#[test]
fn only_one_instance_at_a_time_has_it() {
    let directory = tempfile::tempdir().unwrap();
    let first = StateDir::take(directory.path()).unwrap();
    let refused = StateDir::take(directory.path()).unwrap_err();
    assert!(refused.message.contains("in use"), "{refused}");
    drop(first);
    StateDir::take(directory.path()).unwrap();
}

#[test]
fn somebody_elses_files_are_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("topology.json"), "{}").unwrap();
    let refused = StateDir::take(directory.path()).unwrap_err();
    assert!(refused.message.contains("not empty"), "{refused}");
}
