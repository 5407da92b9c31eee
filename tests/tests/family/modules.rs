//! What is in the modules that are deployed, and what is not.

use anchorage_tests::built;
use std::io::Read;

/// A module of the family, as it is installed.
struct Module(Vec<u8>);

impl Module {
    fn of(name: &str) -> Self {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(built(name).as_slice())
            .read_to_end(&mut bytes)
            .expect("modules are compressed");
        Self(bytes)
    }

    /// How often a text stands in it: names of exports, sections and constants stand there as they are.
    fn count(&self, text: &str) -> usize {
        let windows = self.0.windows(text.len());
        windows.filter(|window| *window == text.as_bytes()).count()
    }
}

/// What fills a canister for measurements (`tests/bench.sh`).
#[test]
fn released_modules_do_not_export_what_fills_them() {
    for (name, own) in [
        ("front", "canister_update prepare_delegation"),
        ("registry", "canister_update create_anchor"),
        ("archive", "canister_query get_entries"),
    ] {
        let module = Module::of(name);
        assert!(module.count(own) > 0, "{name} lacks {own}");
        for kind in ["update", "query"] {
            let fill = format!("canister_{kind} bench_");
            assert_eq!(module.count(&fill), 0, "{name} has {fill}");
        }
    }
}

/// The interface is a section and nothing else, and the documentation of the types stays where it can be read.
#[test]
fn modules_carry_no_text_that_nobody_reads() {
    let interfaces = [
        ("front", include_str!("../../../canisters/front/front.did")),
        (
            "registry",
            include_str!("../../../canisters/registry/registry.did"),
        ),
        (
            "archive",
            include_str!("../../../canisters/archive/archive.did"),
        ),
    ];
    for (name, interface) in interfaces {
        let module = Module::of(name);
        assert_eq!(module.count(interface), 1, "{name}'s interface");
        // Comments of `HttpRequest`, which every canister takes.
        for documentation in ["Path and query string.", "The request's body."] {
            let count = module.count(documentation);
            assert_eq!(count, 0, "{name} has {documentation:?}");
        }
    }
}
