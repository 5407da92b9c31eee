//! Modules to install: from text, or built from a crate.

use crate::server::in_target_dir;
use std::io::Write;
use std::path::PathBuf;

/// What every module written as text starts with: imports, one memory, one table, helpers.
const PRELUDE: &str = include_str!("prelude.wat");

/// A module written as WebAssembly text, with the imports and helpers of `prelude.wat`.
pub fn probe(body: &str) -> Vec<u8> {
    let text = format!("(module\n{PRELUDE}\n{body})");
    wat::parse_str(&text).unwrap_or_else(|error| panic!("the probe is not valid text: {error}"))
}

/// The compressed module that was built from the package with this name; see `deploy/build.sh`.
pub fn built(name: &str) -> Vec<u8> {
    let folder =
        std::env::var_os("ANCHORAGE_WASM_DIR").map_or_else(|| in_target_dir("wasm"), PathBuf::from);
    let path = folder.join(format!("{name}.wasm.gz"));
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}: run deploy/build.sh {name} first",
            path.display()
        )
    })
}

/// The module, compressed.
pub fn gzipped(module: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(module).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

/// The module with a custom section of so many bytes that do not compress: the same code, larger.
pub fn with_padding(module: &[u8], bytes: usize) -> Vec<u8> {
    let mut padded = Vec::with_capacity(module.len() + bytes);
    padded.extend_from_slice(module);
    let name = b"padding";
    padded.push(0);
    leb128(&mut padded, 1 + name.len() + bytes);
    leb128(&mut padded, name.len());
    padded.extend_from_slice(name);
    let mut state = 1_u32;
    padded.extend((0..bytes).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    }));
    padded
}

fn leb128(to: &mut Vec<u8>, value: usize) {
    let value = u32::try_from(value).expect("a section has less than 4 GiB");
    let (bytes, len) = leb128fmt::encode_u32(value).expect("every number has an encoding");
    to.extend_from_slice(&bytes[..len]);
}
