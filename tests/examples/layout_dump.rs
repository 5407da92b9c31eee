//! Stores the stable memory of a small family as test data, for the migrations of later layouts.
//!
//! ```text
//! cargo run -p anchorage-tests --example layout_dump
//! ```
//!
//! It writes `tests/data/layout-N`, where N is the layout version of the modules that are built. Once modules of that
//! layout are released, their dump stays as it is.

use anchorage_tests::family::Dump;

fn main() {
    let family = Dump::family();
    Dump::tell_the_story(&family);
    let dump = Dump::of(&family);
    for (file, bytes) in dump.write() {
        println!("{}: {bytes} bytes", file.display());
    }
}
