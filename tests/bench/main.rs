//! Measures what calls cost, by the cases of `targets.rs`, and compares with `results.jsonl`. See `tests/bench.sh`.
//!
//! ```text
//! bench [THEME...] [--anchors N,N] [--save]
//! ```

mod archive;
mod front;
mod meter;
mod registry;
mod results;
mod sizes;
mod state;
mod storage;
mod table;
mod targets;

use results::{Measured, Results};
use state::Filled;

/// Calls per case.
const CALLS: usize = 21;

/// A shard's size while nobody wishes another.
const SIZES: [u64; 2] = [1_000, 100_000];

/// Live signatures of front: the size that has targets, and larger ones.
const SIGNATURES: [u64; 3] = [10_000, 50_000, 100_000];

struct Wish {
    themes: Vec<String>,
    sizes: Vec<u64>,
    saves: bool,
}

fn main() {
    let wish = wish();
    let mut measured = Vec::new();
    // Only on demand: it measures a choice and not the code.
    if wish.themes.iter().any(|theme| theme == "candidates") {
        storage::encodings();
        storage::candidates(&wish.sizes);
    }
    if wish.includes("sizes") {
        measured.extend(sizes::modules());
    }
    if wish.includes("front") {
        measured.extend(front::captcha());
        for signatures in SIGNATURES {
            measured.extend(front::log_in(signatures));
        }
    }
    if ["registry", "archive", "storage"].map(|theme| wish.includes(theme)) != [false; 3] {
        for anchors in &wish.sizes {
            measured.extend(at_size(*anchors, &wish));
        }
    }
    let mut results = Results::read();
    let worse = table::print(&measured, &results);
    if wish.saves {
        results.replace(measured);
        results.write();
    } else if worse {
        eprintln!(
            "something costs over 2 % more than tests/bench/results.jsonl says; --save writes the file"
        );
        std::process::exit(1);
    }
}

fn at_size(anchors: u64, wish: &Wish) -> Vec<Measured> {
    let filled = Filled::with(anchors);
    let mut measured = Vec::new();
    if wish.includes("storage") {
        measured.extend(filled.bytes());
    }
    if wish.includes("registry") {
        measured.extend(registry::calls(&filled));
        measured.extend(front::changes(&filled));
        measured.push(registry::upgrade(&filled));
    }
    if wish.includes("archive") {
        measured.extend(archive::calls(&filled));
        // Last, because the archive does not get what is handed out here.
        measured.push(registry::hand_over(&filled));
    }
    measured
}

fn wish() -> Wish {
    let mut wish = Wish {
        themes: Vec::new(),
        sizes: SIZES.to_vec(),
        saves: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--save" => wish.saves = true,
            "--anchors" => {
                let sizes = words.next().expect("--anchors needs numbers");
                let number = |size: &str| size.parse().expect("a number of anchors");
                wish.sizes = sizes.split(',').map(number).collect();
            }
            theme @ ("front" | "registry" | "archive" | "storage" | "sizes" | "candidates") => {
                wish.themes.push(theme.to_owned());
            }
            other => panic!("{other} is no theme: see tests/bench.sh --help"),
        }
    }
    wish
}

impl Wish {
    fn includes(&self, theme: &str) -> bool {
        self.themes.is_empty() || self.themes.iter().any(|wished| wished == theme)
    }
}
