use super::PortFile;
use std::fs;

#[test]
fn the_first_one_wins_and_cleans_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.port");

    let first = PortFile::claim(&path)
        .unwrap()
        .expect("nobody was here before");
    assert_eq!(fs::read_to_string(&path).unwrap(), "", "not listening yet");
    assert!(PortFile::claim(&path).unwrap().is_none());

    first.announce(4943).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "4943\n");
    drop(first);
    assert!(!path.exists());
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    assert!(PortFile::claim(&directory.path().join("no/test.port")).is_err());
}
