use proptest::prelude::*;

use super::*;

const CANISTER: &str = "rdmx6-jaaaa-aaaaa-aaadq-cai";

fn origin(text: &str) -> String {
    Origin::new(text).unwrap().as_str().to_owned()
}

#[test]
fn a_canisters_new_domain_becomes_its_old_one() {
    assert_eq!(
        origin(&format!("https://{CANISTER}.icp0.io")),
        format!("https://{CANISTER}.ic0.app")
    );
}

#[test]
fn everything_else_stays_as_it_came() {
    let others = [
        format!("https://{CANISTER}.ic0.app"),
        format!("http://{CANISTER}.icp0.io"),
        format!("https://{CANISTER}.icp0.io/"),
        format!("https://{CANISTER}.icp0.io:443"),
        format!("https://{CANISTER}.raw.icp0.io"),
        format!("https://www.{CANISTER}.icp0.io"),
        format!("https://{CANISTER}.icp0.io.example.org"),
        format!("https://{}.icp0.io", CANISTER.to_uppercase()),
        format!("https://{}.icp0.io", CANISTER.replace('-', "")),
        // a wrong check sum
        format!("https://{}.icp0.io", CANISTER.replace("rdmx6", "rdmx7")),
        "https://identity.icp0.io".to_owned(),
        "https://.icp0.io".to_owned(),
        "https://example.org".to_owned(),
        "no origin at all".to_owned(),
        String::new(),
    ];
    for text in others {
        assert_eq!(origin(&text), text);
    }
}

#[test]
fn the_limit_counts_bytes() {
    // Two bytes each in UTF-8.
    let longest = "ä".repeat(127) + "a";
    assert_eq!(origin(&longest), longest);
    let length = 256;
    let too_long = "ä".repeat(128);
    assert_eq!(Origin::new(too_long), Err(OriginTooLong { length }));
}

proptest! {
    #[test]
    fn rewriting_twice_is_rewriting_once(bytes in prop::collection::vec(any::<u8>(), 0..=29), new_domain in any::<bool>()) {
        let domain = if new_domain { "icp0.io" } else { "ic0.app" };
        let once = origin(&format!("https://{}.{domain}", Principal::from_slice(&bytes)));
        prop_assert!(once.ends_with(".ic0.app"));
        prop_assert_eq!(origin(&once), once);
    }
}
