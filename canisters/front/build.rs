//! Puts the built login page (`web/dist`) into the module: each file compressed, with its hash. Only with the feature
//! `page`; `deploy/build.sh` builds the page before.

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_PAGE").is_none() {
        return Ok(());
    }
    println!("cargo::rerun-if-changed=web/dist");
    let dist = Path::new("web/dist");
    let mut files = Vec::new();
    collect(dist, &mut files).map_err(|error| {
        format!("canisters/front/web/dist: {error}. Build the page first: deploy/build.sh front")
    })?;
    if !files.iter().any(|file| file.ends_with("index.html")) {
        return Err(
            "canisters/front/web/dist has no index.html: deploy/build.sh front builds it".into(),
        );
    }
    // The same order on every machine, and with it the same module.
    files.sort();
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut table = String::from("const ASSETS: &[Asset] = &[\n");
    for (number, file) in files.iter().enumerate() {
        let body = compressed(&fs::read(file)?)?;
        let place = out.join(format!("asset-{number}.gz"));
        fs::write(&place, &body)?;
        let path = text(file.strip_prefix(dist)?)?;
        let place = text(&place)?;
        let hash: [u8; 32] = Sha256::digest(&body).into();
        writeln!(
            table,
            "Asset {{ path: {:?}, content_type: {:?}, is_immutable: {}, body: include_bytes!({place:?}), body_hash: {hash:?} }},",
            format!("/{path}"),
            content_type(file)?,
            // Vite puts into this folder what it names by its contents.
            path.starts_with("assets/"),
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<&str, String> {
    let name = || format!("{}: a name that is not UTF-8", path.display());
    path.to_str().ok_or_else(name)
}

/// Without time and name: the same contents always give the same bytes.
fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn content_type(file: &Path) -> Result<&'static str, String> {
    let extension = file.extension().and_then(|extension| extension.to_str());
    Ok(match extension {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => {
            return Err(format!(
                "{}: no content type is known for it",
                file.display()
            ));
        }
    })
}
