//! Writes anew what `family_compat` compares: the generated client and the bytes that it sends and reads.

use anchorage_tests::compat::{Recording, client_source};
use std::path::Path;

fn main() -> std::io::Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::write(package.join("src/compat/client.rs"), client_source())?;
    let recording = Recording::of_the_client().to_string();
    std::fs::write(package.join(Recording::PATH), recording)
}
