use super::*;
use std::path::Path;

fn wasm(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).expect("the test's WAT is well-formed")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A directory that is removed at the end of the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("local-ic-{name}-{}", std::process::id()));
        // Left behind by a process that had this id and was killed.
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    /// All but the lock.
    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| !path.ends_with("lock")).collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_module_is_what_was_uploaded_and_what_is_known_about_it() {
    let bytes = wasm(
        r#"(module (memory 2) (global (mut i32) (i32.const 7)) (data (i32.const 3) "x")
            (func (export "canister_query q")))"#,
    );
    let module = Compiler::new(None).load(&bytes).unwrap();
    assert_eq!(*module.wasm, *bytes);
    assert_eq!(module.hash.0[..], Sha256::digest(&bytes)[..]);
    assert!(module.info.queries.contains("q"));
    assert_eq!(module.initial_globals, [Global::I32(7)]);
    assert_eq!(module.initial_heap.page(0).unwrap()[3], b'x');
    // `end`, four to charge, six to test, and two for the global.
    assert_eq!(module.compile_instructions, 6_000 * (1 + 4 + 6 + 2));
}

#[test]
fn the_hash_of_a_gzip_is_that_of_the_gzip() {
    let raw = wasm("(module)");
    let zipped = gzip(&raw);
    let module = Compiler::new(None).load(&zipped).unwrap();
    assert_eq!(module.hash.0[..], Sha256::digest(&zipped)[..]);
    assert_eq!(*module.wasm, *zipped);
}

#[test]
fn a_module_is_compiled_once() {
    let compiler = Compiler::new(None);
    let bytes = wasm("(module)");
    let hash = ModuleHash(Sha256::digest(&bytes).into());
    assert!(compiler.loaded(hash).is_none());
    let first = compiler.load(&bytes).unwrap();
    assert!(Arc::ptr_eq(&first, &compiler.load(&bytes).unwrap()));
    assert!(Arc::ptr_eq(&first, &compiler.loaded(hash).unwrap()));
}

#[test]
fn modules_that_nobody_uses_are_forgotten() {
    let compiler = Compiler::new(None);
    let numbered = |n: usize| wasm(&format!("(module (global i32 (i32.const {n})))"));
    let used = compiler.load(&numbered(0)).unwrap();
    let unused = compiler.load(&numbered(1)).unwrap().hash;
    for n in 2..=CACHED_MODULES {
        compiler.load(&numbered(n)).unwrap();
    }
    assert!(compiler.loaded(used.hash).is_some());
    assert!(compiler.loaded(unused).is_none());
}

#[test]
fn what_is_refused_is_not_kept() {
    let compiler = Compiler::new(None);
    let invalid = [
        b"nonsense".to_vec(),
        wasm(r#"(module (import "env" "f" (func)))"#),
        wasm(r#"(module (memory 1) (data (i32.const 65536) "x"))"#),
    ];
    for bytes in invalid {
        for _ in 0..2 {
            assert!(compiler.load(&bytes).is_err());
        }
        assert!(
            compiler
                .loaded(ModuleHash(Sha256::digest(&bytes).into()))
                .is_none()
        );
    }
}

#[test]
fn machine_code_is_found_on_disk() {
    let directory = Directory::new("found");
    let bytes = wasm(r#"(module (func (export "f") (result i32) i32.const 42))"#);
    Compiler::new(Some(directory.0.clone()))
        .load(&bytes)
        .unwrap();
    let [file] = &directory.files()[..] else {
        panic!("one file, and nothing unfinished: {:?}", directory.files())
    };
    let written = modified(file);

    let compiler = Compiler::new(Some(directory.0.clone()));
    let module = compiler.load(&bytes).unwrap();
    assert_eq!(answer(&compiler, &module), 42);
    assert_eq!(modified(file), written, "it was compiled again");

    // The same module as a gzip has the same machine code.
    let compiler = Compiler::new(Some(directory.0.clone()));
    compiler.load(&gzip(&bytes)).unwrap();
    assert_eq!((directory.files().len(), modified(file)), (1, written));
}

#[test]
fn who_needs_what_another_one_compiles_waits_for_it() {
    let directory = Directory::new("turn");
    let disk = DiskCache::new(directory.0.clone());
    let turn = disk.turn().expect("nobody else compiles");
    let compiler = Compiler::new(Some(directory.0.clone()));
    let waits = std::thread::spawn(move || compiler.load(&wasm("(module)")).map(|_| ()));
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(!waits.is_finished());
    drop(turn);
    assert!(waits.join().unwrap().is_ok());
    assert_eq!(directory.files().len(), 1);
}

#[test]
fn damaged_files_are_ignored_and_replaced() {
    let directory = Directory::new("damaged");
    let bytes = wasm(r#"(module (func (export "f") (result i32) i32.const 42))"#);
    Compiler::new(Some(directory.0.clone()))
        .load(&bytes)
        .unwrap();
    let file = directory.files().remove(0);
    let good = std::fs::read(&file).unwrap();
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut of_another_version = Sha256::digest(b"not machine code").to_vec();
    of_another_version.extend_from_slice(b"not machine code");
    for damaged in [
        vec![],
        good[..20].to_vec(),
        good[..good.len() / 2].to_vec(),
        flipped,
        of_another_version,
    ] {
        std::fs::write(&file, &damaged).unwrap();
        let compiler = Compiler::new(Some(directory.0.clone()));
        let module = compiler.load(&bytes).unwrap();
        assert_eq!(answer(&compiler, &module), 42);
        let (digest, code) = std::fs::read(&file)
            .map(|file| (file[..32].to_vec(), file[32..].to_vec()))
            .unwrap();
        assert_eq!(digest, Sha256::digest(&code).to_vec());
        assert_eq!(code.len(), good.len() - 32);
    }
}

#[test]
fn a_directory_that_cannot_be_written_only_costs_time() {
    let directory = Directory::new("file");
    std::fs::write(&directory.0, "a file, not a directory").unwrap();
    let compiler = Compiler::new(Some(directory.0.join("cache")));
    assert!(compiler.load(&wasm("(module)")).is_ok());
    std::fs::remove_file(&directory.0).unwrap();
}

#[test]
fn nans_are_canonical() {
    let compiler = Compiler::new(None);
    // The payload and sign of an operand must not show in a result.
    let module = compiler
        .load(&wasm(
            r#"(module (func (export "f") (result i32)
                (i32.reinterpret_f32 (f32.add (f32.const -nan:0x200001) (f32.const 1)))))"#,
        ))
        .unwrap();
    assert_eq!(answer(&compiler, &module), 0x7fc0_0000);
}

/// What the export `f` answers.
fn answer(compiler: &Compiler, module: &Module) -> i32 {
    let mut store = wasmtime::Store::new(compiler.engine(), ());
    let trap = wasmtime::Func::wrap(&mut store, || -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("out of instructions"))
    });
    let instance = wasmtime::Instance::new(&mut store, &module.compiled, &[trap.into()]).unwrap();
    let counter = instance
        .get_global(&mut store, crate::wasm::instrument::COUNTER)
        .unwrap();
    counter.set(&mut store, wasmtime::Val::I64(1_000)).unwrap();
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    f.call(&mut store, ()).unwrap()
}

fn modified(file: &Path) -> std::time::SystemTime {
    std::fs::metadata(file).unwrap().modified().unwrap()
}
