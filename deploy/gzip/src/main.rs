//! Compresses standard input to standard output, in gzip's format.
//!
//! The network shows the hash of what was installed, so the same module should give the same bytes wherever it is built. The
//! `gzip` commands of two machines need not agree; this compressor is pinned with the other packages, and without its
//! feature `std` it asks no machine for a logarithm.

use std::io::{self, Read, Write};
use zopfli::{BlockType, GzipEncoder, Options};

fn main() -> io::Result<()> {
    let mut module = Vec::new();
    io::stdin().lock().read_to_end(&mut module)?;
    let compressed = compress(&module).map_err(|error| io::Error::other(format!("{error:?}")))?;
    io::stdout().lock().write_all(&compressed)
}

fn compress(module: &[u8]) -> Result<Vec<u8>, zopfli::Error> {
    let mut encoder = GzipEncoder::new(Options::default(), BlockType::Dynamic, Vec::new())?;
    zopfli::Write::write_all(&mut encoder, module)?;
    encoder.finish()
}
