//! The server under test.

use pocket_ic::{PocketIc, PocketIcBuilder};
use std::path::{Path, PathBuf};

/// The server: `POCKET_IC_BIN` names a real `PocketIC` server; otherwise it is the embedded
/// Internet Computer, at `LOCAL_IC_BIN` or where cargo puts it.
pub fn server_binary() -> PathBuf {
    let named = ["POCKET_IC_BIN", "LOCAL_IC_BIN"]
        .iter()
        .find_map(std::env::var_os)
        .map(PathBuf::from);
    let binary = named.unwrap_or_else(|| in_target_dir("debug/local-ic"));
    assert!(
        binary.is_file(),
        "there is no server at {}: run `cargo build -p local-ic`, or name one in LOCAL_IC_BIN",
        binary.display()
    );
    binary
}

/// The operators' tool, which cargo built beside the tests.
pub fn operators_tool() -> PathBuf {
    let own = std::env::current_exe().expect("a test is a program");
    let built = own.ancestors().nth(2).expect("cargo's folder");
    let program = built.join("anchorage");
    assert!(program.is_file(), "cargo build -p anchorage comes first");
    program
}

/// A builder of networks on the server under test; it has no subnets yet.
pub fn builder() -> PocketIcBuilder {
    PocketIcBuilder::new().with_server_binary(server_binary())
}

/// A network with one application subnet.
pub fn network() -> PocketIc {
    builder().with_application_subnet().build()
}

/// A path in cargo's target folder.
pub(crate) fn in_target_dir(path: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    target.join(path)
}
