use super::*;
use ic_agent::Identity;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_key_is_made_once_and_is_its_owners() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new");
    let (path, made) = key(&folder).unwrap();
    let (_, read) = key(&folder).unwrap();
    assert_eq!(made.sender(), read.sender());
    let permissions = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(permissions & 0o777, 0o600);

    std::fs::write(&path, "no key").unwrap();
    let error = key(&folder).unwrap_err();
    assert!(matches!(error, Error::Content { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "no key");
}
