//! Puts what `npm run build` made in `web/dist` into the module, as a list of paths and bytes. Without the feature `page`
//! the list is empty.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    if env::var_os("CARGO_FEATURE_PAGE").is_some() {
        let dist =
            Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("web/dist");
        println!("cargo::rerun-if-changed={}", dist.display());
        assert!(
            dist.join("index.html").is_file(),
            "the pages are not built: run `npm ci && npm run build` in tests/dapp/web, or leave the feature `page` out"
        );
        collect(&dist, &mut files);
        files.sort();
        files = files.into_iter().map(|file| dist.join(file)).collect();
        write(&files, &dist);
    } else {
        write(&files, Path::new(""));
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder that was just seen") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn write(files: &[PathBuf], dist: &Path) {
    let mut source = String::from("pub(crate) const PAGES: &[(&str, &[u8])] = &[\n");
    for file in files {
        let name = file.strip_prefix(dist).expect("it was found there");
        let (name, file) = (text(name), text(file));
        writeln!(source, "    ({name:?}, include_bytes!({file:?})),").expect("a text takes all");
    }
    source += "];\n";
    let out = env::var("OUT_DIR").expect("set by cargo");
    fs::write(Path::new(&out).join("pages.rs"), source).expect("cargo's own folder");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("names of pages are plain")
}
