use candid_parser::utils::{CandidSource, service_equal};

candid::export_service!();

/// What candid derives from the code, compared with the file that people read.
#[test]
fn the_did_file_equals_the_code() {
    let code = __export_service();
    service_equal(
        CandidSource::Text(&code),
        CandidSource::Text(include_str!("../registry.did")),
    )
    .unwrap_or_else(|error| panic!("{error}\n{code}"));
}
