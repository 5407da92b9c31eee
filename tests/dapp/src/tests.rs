use candid_parser::utils::{CandidSource, service_equal};

use super::*;

candid::export_service!();

#[test]
fn the_interface_file_equals_the_code() {
    let code = __export_service();
    let file = include_str!("../dapp.did");
    service_equal(CandidSource::Text(&code), CandidSource::Text(file)).unwrap();
}
