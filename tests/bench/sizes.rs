//! Sizes of the modules as they are released, front's without the login page.

use crate::results::Measured;
use std::path::Path;

/// The compressed modules that `ANCHORAGE_RELEASE_DIR` holds.
pub(crate) fn modules() -> Vec<Measured> {
    let folder = std::env::var_os("ANCHORAGE_RELEASE_DIR").expect("tests/bench.sh names it");
    ["registry", "archive", "front"]
        .map(|name| {
            let path = Path::new(&folder).join(format!("{name}.wasm.gz"));
            let size = std::fs::metadata(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
                .len();
            Measured::size(&format!("module_gzip_{name}"), size)
        })
        .into()
}
