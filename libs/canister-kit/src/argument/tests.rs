use super::*;
use types::archive::ArchiveSettings as Settings;

fn read(bytes: &[u8]) -> Option<Settings> {
    optional(bytes, "opt Settings").unwrap_or_else(|error| panic!("{error}"))
}

fn limit(fetch_limit: Option<u32>) -> Settings {
    Settings {
        fetch_limit,
        ..Settings::default()
    }
}

#[test]
fn nothing_has_three_forms() {
    assert_eq!(read(b""), None);
    assert_eq!(read(b"DIDL\0\0"), None);
    assert_eq!(read(&candid::encode_one(None::<Settings>).unwrap()), None);
}

#[test]
fn something_is_read_with_and_without_opt() {
    let settings = limit(Some(7));
    let bare = candid::encode_one(settings).unwrap();
    assert_eq!(read(&bare), Some(settings));
    let settings = Some(limit(None));
    assert_eq!(read(&candid::encode_one(settings).unwrap()), settings);
}

#[test]
fn other_bytes_are_refused_with_what_to_pass() {
    for bytes in [&b"DIDL"[..], b"{}", b"DIDL\0\0\0"] {
        let error = optional::<Settings>(bytes, "opt Settings").expect_err("no argument");
        let text = error.to_string();
        assert!(text.contains("(opt Settings)"), "{text}");
        assert!(text.contains("pass (null)"), "{text}");
    }
}
