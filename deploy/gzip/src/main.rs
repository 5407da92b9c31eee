//! Compresses standard input to standard output, in gzip's format.
//!
//! The network shows the hash of what was installed, so the same module must give the same bytes wherever it is built. The
//! `gzip` commands of two machines need not agree; this compressor is pinned with the other packages.

use std::io::{self, Read, Write};
use zopfli::{Format, Options};

fn main() -> io::Result<()> {
    let mut module = Vec::new();
    io::stdin().lock().read_to_end(&mut module)?;
    let mut compressed = Vec::new();
    zopfli::compress(
        Options::default(),
        Format::Gzip,
        &module[..],
        &mut compressed,
    )?;
    io::stdout().lock().write_all(&compressed)
}
