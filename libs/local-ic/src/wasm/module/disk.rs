use sha2::{Digest, Sha256};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::{Engine, Module};

/// Machine code in files `<SHA-256 of the instrumented module>-<hash of the engine's settings>.cwasm`.
///
/// The settings are part of the name because wasmtime, when it loads, ignores differences in some
/// of them that change what code computes, such as the canonical form of NaN.
///
/// ```text
/// 0    SHA-256 of the rest
/// 32   what wasmtime serialises; names its version, which it checks itself
/// ```
///
/// A file that is damaged or of another version counts as absent and is replaced. A directory that
/// cannot be written only costs time. The file `lock` is held while something is compiled: servers that are
/// started together and need the same module compile it once.
pub(super) struct DiskCache {
    directory: PathBuf,
}

const DIGEST_BYTES: usize = 32;

impl DiskCache {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The machine code of this module, if it is there.
    pub(super) fn get(&self, engine: &Engine, instrumented: &[u8]) -> Option<Module> {
        let file = std::fs::read(self.path(engine, instrumented)).ok()?;
        let (digest, code) = file.split_at_checked(DIGEST_BYTES)?;
        if Sha256::digest(code).as_slice() != digest {
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "the digest shows that these bytes are what `put` wrote, as far as the directory is our own"
        )]
        // SAFETY: see the reason; wasmtime refuses code of other versions and configurations.
        let module = unsafe { Module::deserialize(engine, code) };
        module.ok()
    }

    /// Waits until no other process compiles. It is this one's turn until the file is dropped; without a file nobody
    /// can wait for it.
    pub(super) fn turn(&self) -> Option<File> {
        std::fs::create_dir_all(&self.directory).ok()?;
        let file = File::create(self.directory.join("lock")).ok()?;
        file.lock().ok()?;
        Some(file)
    }

    /// Keeps the machine code of this module.
    pub(super) fn put(&self, instrumented: &[u8], module: &Module) {
        let path = self.path(module.engine(), instrumented);
        let kept = module
            .serialize()
            .map_err(|error| error.to_string())
            .and_then(|code| self.write(&path, &code).map_err(|error| error.to_string()));
        if let Err(error) = kept {
            tracing::warn!(path = %path.display(), error, "compiled module not kept on disk");
        }
    }

    /// Under another name first: a reader, also in another process, sees all of it or nothing.
    fn write(&self, path: &Path, code: &[u8]) -> std::io::Result<()> {
        static WRITES: AtomicU64 = AtomicU64::new(0);
        std::fs::create_dir_all(&self.directory)?;
        let unfinished = self.directory.join(format!(
            "{}-{}.tmp",
            std::process::id(),
            WRITES.fetch_add(1, Ordering::Relaxed)
        ));
        let written = File::create(&unfinished)
            .and_then(|mut file| {
                file.write_all(&Sha256::digest(code))?;
                file.write_all(code)
            })
            .and_then(|()| std::fs::rename(&unfinished, path));
        if written.is_err() {
            // Nothing depends on it, so that it cannot be removed either is no news.
            let _ = std::fs::remove_file(&unfinished);
        }
        written
    }

    fn path(&self, engine: &Engine, instrumented: &[u8]) -> PathBuf {
        let mut settings = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut settings);
        let name = format!(
            "{}-{:016x}.cwasm",
            hex::encode(Sha256::digest(instrumented)),
            settings.finish()
        );
        self.directory.join(name)
    }
}
