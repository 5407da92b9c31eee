use super::InvalidModule;
use crate::limits::MAX_MODULE_BYTES;
use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::io::Read;

const WASM_MAGIC: &[u8] = b"\0asm";
/// Gzip with deflate, the only compression method there is.
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b, 0x08];

/// The module's Wasm: `bytes` itself, or what it holds if it is a gzip.
///
/// The length in the gzip's trailer must be that of the contents and at most
/// [`MAX_MODULE_BYTES`], so a small upload cannot make the system extract gigabytes.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, [u8]>, InvalidModule> {
    if bytes.starts_with(WASM_MAGIC) {
        return Ok(Cow::Borrowed(bytes));
    }
    if !bytes.starts_with(GZIP_MAGIC) {
        return refuse("unsupported canister module format");
    }
    let promised = match bytes.last_chunk() {
        Some(trailer) => u64::from(u32::from_le_bytes(*trailer)),
        None => return refuse("the gzip has no trailer"),
    };
    if promised > MAX_MODULE_BYTES {
        return refuse(format_args!(
            "the uncompressed size of {promised} bytes exceeds the limit of {MAX_MODULE_BYTES}"
        ));
    }
    let mut wasm = Vec::new();
    GzDecoder::new(bytes)
        .take(promised + 1)
        .read_to_end(&mut wasm)
        .map_err(|error| InvalidModule::Decoding(format!("damaged gzip: {error}")))?;
    if wasm.len() as u64 != promised {
        return refuse("the gzip's contents do not have the length that its trailer promises");
    }
    if !wasm.starts_with(WASM_MAGIC) {
        return refuse("unsupported canister module format inside the gzip");
    }
    Ok(Cow::Owned(wasm))
}

fn refuse<T>(why: impl std::fmt::Display) -> Result<T, InvalidModule> {
    Err(InvalidModule::Decoding(why.to_string()))
}

#[cfg(test)]
mod tests;
