use super::*;
use crate::error::{ErrorCode, Reject};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn raw_and_gzipped_modules_are_decoded() {
    let wasm = wat::parse_str("(module)").unwrap();
    assert!(matches!(decode(&wasm), Ok(Cow::Borrowed(bytes)) if bytes == wasm));
    assert!(matches!(decode(&gzip(&wasm)), Ok(Cow::Owned(bytes)) if bytes == wasm));
}

#[test]
fn other_encodings_and_damaged_gzips_are_refused() {
    let wasm = wat::parse_str("(module)").unwrap();
    let zipped = gzip(&wasm);
    let mut flipped = zipped.clone();
    flipped[12] ^= 0x40;
    let mut longer = zipped.clone();
    *longer.last_chunk_mut::<4>().unwrap() = (u32::try_from(wasm.len()).unwrap() + 1).to_le_bytes();
    let mut shorter = zipped.clone();
    *shorter.last_chunk_mut::<4>().unwrap() =
        (u32::try_from(wasm.len()).unwrap() - 1).to_le_bytes();
    let cases = [
        ("empty", vec![]),
        ("text", b"(module)".to_vec()),
        ("only the magic", vec![0x1f, 0x8b, 0x08]),
        ("truncated", zipped[..zipped.len() - 9].to_vec()),
        ("flipped bit", flipped),
        ("longer trailer", longer),
        ("shorter trailer", shorter),
        ("gzip of text", gzip(b"(module)")),
        ("gzip of gzip", gzip(&zipped)),
    ];
    for (name, bytes) in cases {
        assert!(
            matches!(decode(&bytes), Err(InvalidModule::Decoding(_))),
            "{name}"
        );
    }
}

#[test]
fn a_gzip_that_promises_too_much_is_not_extracted() {
    let mut bomb = gzip(b"\0asm");
    *bomb.last_chunk_mut::<4>().unwrap() = (100 * 1024 * 1024 + 1_u32).to_le_bytes();
    let error = decode(&bomb).unwrap_err().to_string();
    assert!(error.contains("exceeds the limit of 104857600"), "{error}");
}

#[test]
fn refusals_are_invalid_wasm_with_the_replicas_prefix() {
    let reject = Reject::from(decode(b"nonsense").unwrap_err());
    assert_eq!(reject.code, ErrorCode::CanisterInvalidWasm);
    assert_eq!(
        reject.message,
        "Canister's Wasm module is not valid: Failed to decode wasm module: unsupported canister module format"
    );
}
