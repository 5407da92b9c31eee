use super::*;

#[test]
fn the_macro_names_the_crate_it_stands_in() {
    let BuildInfo {
        canister,
        version,
        commit,
    } = crate::build_info!();
    assert_eq!(canister, "anchorage-canister-kit");
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    assert_eq!(commit, option_env!("ANCHORAGE_COMMIT").unwrap_or("unknown"));
}

#[test]
fn metadata_is_the_text_byte_for_byte() {
    const TEXT: &str = "service : {}\u{e4}";
    const BYTES: [u8; TEXT.len()] = bytes(TEXT);
    assert_eq!(BYTES, TEXT.as_bytes());
}
