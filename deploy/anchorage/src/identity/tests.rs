use super::*;
use crate::local::operator_key;

#[test]
fn an_operators_key_is_read_back() {
    let folder = tempfile::tempdir().expect("a new folder");
    let (path, made) = operator_key(folder.path()).expect("a new key");
    let read = read(&path).expect("a key");
    assert_eq!(read.sender(), made.sender());
}

#[test]
fn a_key_of_another_tool_is_read() {
    // SEC 1, as published tools write it; the secret is 32 bytes of 1 to 32.
    let pem = "-----BEGIN EC PRIVATE KEY-----\n\
        MC4CAQEEIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8goAcGBSuBBAAK\n\
        -----END EC PRIVATE KEY-----\n";
    let file = tempfile::NamedTempFile::new().expect("a new file");
    std::fs::write(file.path(), pem).expect("it can be written");
    read(file.path())
        .expect("a key")
        .sender()
        .expect("a principal");
}

#[test]
fn what_is_no_key_is_refused_with_a_hint() {
    let file = tempfile::NamedTempFile::new().expect("a new file");
    std::fs::write(file.path(), "no key").expect("it can be written");
    for path in [file.path(), Path::new("/nowhere/operator.pem")] {
        let Err(error) = read(path) else {
            panic!("{} is no key", path.display());
        };
        assert!(matches!(error, Error::NoKey(_)), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("--identity")));
    }
}
