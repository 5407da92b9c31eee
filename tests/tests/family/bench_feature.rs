//! What fills a canister for measurements (`tests/bench.sh`) is in no module that is deployed.

use anchorage_tests::built;
use std::io::Read;

#[test]
fn released_modules_do_not_export_what_fills_them() {
    for (name, own) in [
        ("front", "canister_update prepare_delegation"),
        ("registry", "canister_update create_anchor"),
        ("archive", "canister_query get_entries"),
    ] {
        let mut module = Vec::new();
        flate2::read::GzDecoder::new(built(name).as_slice())
            .read_to_end(&mut module)
            .expect("modules are compressed");
        // The names of exports stand in a module as they are.
        let has = |text: &str| {
            let mut windows = module.windows(text.len());
            windows.any(|window| window == text.as_bytes())
        };
        assert!(has(own), "{name} lacks {own}");
        for kind in ["update", "query"] {
            let fill = format!("canister_{kind} bench_");
            assert!(!has(&fill), "{name} has {fill}");
        }
    }
}
