use super::*;
use candid_parser::utils::{CandidSource, service_equal};

const DID: &str = include_str!("../registry.did");

candid::export_service!();

/// What candid derives from the code, compared with the file that people read.
#[test]
fn the_did_file_equals_the_code() {
    let code = __export_service();
    service_equal(CandidSource::Text(&code), CandidSource::Text(DID))
        .unwrap_or_else(|error| panic!("{error}\n{code}"));
}

/// The lines of the service part: comments, then the method they are about.
#[test]
fn every_method_says_who_may_call_and_what_it_costs() {
    let (_, service) = DID.split_once("\nservice :").unwrap();
    let mut comment = String::new();
    let mut methods = 0;
    for line in service.lines().skip(1).map(str::trim) {
        if let Some(words) = line.strip_prefix("//") {
            comment.push_str(words);
        } else if line.contains(" : (") {
            methods += 1;
            for word in [" Caller: ", " Cost: ", " Errors"] {
                assert!(comment.contains(word), "{word} missing before {line}");
            }
            comment.clear();
        }
    }
    assert_eq!(methods, 24);
}

#[test]
fn an_upgrade_without_an_argument_changes_nothing() {
    let settings = RegistrySettings {
        retention: Some(7),
        ..RegistrySettings::default()
    };
    assert_eq!(upgrade_argument(vec![]), None);
    assert_eq!(upgrade_argument(candid::encode_args(()).unwrap()), None);
    let null = candid::encode_one(None::<RegistrySettings>).unwrap();
    assert_eq!(upgrade_argument(null), None);
    let some = candid::encode_one(Some(&settings)).unwrap();
    assert_eq!(upgrade_argument(some), Some(settings));
}
