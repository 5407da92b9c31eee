use super::*;
use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload};

#[test]
fn functions_are_found_wherever_they_are_referred_to() {
    let mut running = run(r#"(module
            (import "ic0" "performance_counter" (func $count (param i32) (result i64)))
            (type $t (func (param i32) (result i32)))
            (table 8 funcref)
            (table $second 2 funcref)
            (elem (i32.const 1) $double $square)
            (elem (i32.const 3) funcref (ref.func $negate) (ref.null func))
            (elem (table $second) (i32.const 1) func $square)
            (elem declare func $double)
            (global $reference funcref (ref.func $square))
            (func $double (export "double") (param i32) (result i32)
                (drop (call $count (i32.const 0)))
                (i32.add (local.get 0) (local.get 0)))
            (func $square (type $t) (i32.mul (local.get 0) (local.get 0)))
            (func $negate (type $t) (i32.sub (i32.const 0) (local.get 0)))
            (func (export "direct") (param i32) (result i32) (call $square (local.get 0)))
            (func (export "tail") (param i32) (result i32) (return_call $negate (local.get 0)))
            (func (export "indirect") (param i32) (result i32)
                (call_indirect (type $t) (i32.const 10) (local.get 0)))
            (func (export "second") (param i32) (result i32)
                (call_indirect $second (type $t) (i32.const 10) (local.get 0)))
            (func (export "references") (param i32) (result i32)
                (i32.add (ref.is_null (global.get $reference)) (ref.is_null (ref.func $double)))))"#);
    assert_eq!(running.call_i32("double", 10).unwrap(), 20);
    assert_eq!(running.call_i32("direct", 10).unwrap(), 100);
    assert_eq!(running.call_i32("tail", 10).unwrap(), -10);
    assert_eq!(running.call_i32("indirect", 1).unwrap(), 20);
    assert_eq!(running.call_i32("indirect", 2).unwrap(), 100);
    assert_eq!(running.call_i32("indirect", 3).unwrap(), -10);
    assert!(running.call_i32("indirect", 4).is_err());
    assert_eq!(running.call_i32("second", 1).unwrap(), 100);
    assert_eq!(running.call_i32("references", 0).unwrap(), 0);
    // The imported function kept its index: it was called once by each `double`.
    assert_eq!(running.store.data().len(), 2);
}

#[test]
fn table_zero_is_exported() {
    let mut running = run("(module (table 3 funcref) (elem (i32.const 2) $f) (func $f))");
    let table = running
        .instance
        .get_table(&mut running.store, TABLE)
        .unwrap();
    assert_eq!(table.size(&running.store), 3);
    let function = |running: &mut Running, index| {
        table
            .get(&mut running.store, index)
            .unwrap()
            .unwrap_func()
            .copied()
    };
    assert!(function(&mut running, 0).is_none());
    let f = function(&mut running, 2).unwrap();
    f.call(&mut running.store, &[], &mut []).unwrap();

    let mut without = run("(module)");
    assert!(
        without
            .instance
            .get_table(&mut without.store, TABLE)
            .is_none()
    );
}

#[test]
fn function_names_move_with_their_functions() {
    let wat = r#"(module $named
        (import "ic0" "time" (func $imported (result i64)))
        (func $first (param $p i32) (local $l i32))
        (func $second))"#;
    let instrumented = instrumented(wat).unwrap();
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(&instrumented.wasm) {
        let Payload::CustomSection(section) = payload.unwrap() else {
            continue;
        };
        let KnownCustom::Name(section) = section.as_known() else {
            continue;
        };
        for subsection in section {
            if let Name::Function(map) = subsection.unwrap() {
                names.extend(
                    map.into_iter()
                        .map(Result::unwrap)
                        .map(|naming| (naming.index, naming.name)),
                );
            }
        }
    }
    assert_eq!(names, [(0, "imported"), (2, "first"), (3, "second")]);
}

#[test]
fn a_damaged_name_section_is_left_out() {
    let mut wasm = wat::parse_str("(module (func $f))").unwrap();
    // The subsection's size in the name section.
    let at = wasm.windows(4).position(|bytes| bytes == b"name").unwrap() + 5;
    wasm[at] = 0x7f;
    let info = validate(&wasm).unwrap();
    let wasm = instrument(&wasm, &info).unwrap().wasm;
    assert!(!wasm.windows(4).any(|bytes| bytes == b"name"));
    assert!(Module::new(Compiler::new(None).engine(), &wasm).is_ok());
}

#[test]
fn the_start_function_is_exported_and_does_not_run() {
    let wat = "(module (global $g (mut i32) (i32.const 1))
        (func $start (global.set $g (i32.const 2)))
        (start $start))";
    let mut running = run(wat);
    assert_eq!(running.global(&global_export(0)).unwrap_i32(), 1);
    running.call(START).unwrap();
    assert_eq!(running.global(&global_export(0)).unwrap_i32(), 2);
}

#[test]
fn mutable_globals_are_exported_in_order_with_their_values() {
    let wat = r#"(module
        (global i32 (i32.const 99))
        (global $a (mut i32) (i32.const -1))
        (global (mut i64) (i64.const 0x0102030405060708))
        (global funcref (ref.null func))
        (global (mut f32) (f32.const nan:0x200001))
        (global (mut f64) (f64.const -0))
        (global (mut v128) (v128.const i64x2 1 2))
        (func (export "f") (global.set $a (i32.const 5))))"#;
    let initial = instrumented(wat).unwrap().initial_globals;
    assert_eq!(
        initial,
        [
            Global::I32(-1),
            Global::I64(0x0102_0304_0506_0708),
            Global::F32(0x7fa0_0001),
            Global::F64(1 << 63),
            Global::V128(1 | 2 << 64),
        ]
    );
    let mut running = run(wat);
    for (n, value) in initial.iter().enumerate() {
        let found = match running.global(&global_export(n)) {
            Val::I32(value) => Global::I32(value),
            Val::I64(value) => Global::I64(value),
            Val::F32(bits) => Global::F32(bits),
            Val::F64(bits) => Global::F64(bits),
            Val::V128(value) => Global::V128(value.as_u128()),
            other => panic!("{other:?}"),
        };
        assert_eq!(found, *value);
    }
    assert!(
        running
            .instance
            .get_global(&mut running.store, &global_export(5))
            .is_none()
    );
    running.call("f").unwrap();
    assert_eq!(running.global(&global_export(0)).unwrap_i32(), 5);
}

#[test]
fn mutable_references_are_refused() {
    let error =
        instrumented("(module (global i32 (i32.const 0)) (global (mut funcref) (ref.null func)))")
            .unwrap_err();
    assert!(
        matches!(&error, InvalidModule::Global(why) if why.contains("global 1")),
        "{error}"
    );
}

#[test]
fn active_segments_become_the_initial_heap() {
    let wat = r#"(module (memory 1)
        (data (i32.const 4094) "abcd")
        (data $passive "0123456789")
        (data $active (i32.const 4096) "X")
        (func (export "passive") (memory.init $passive (i32.const 0) (i32.const 3) (i32.const 4)))
        (func (export "active, nothing") (memory.init $active (i32.const 0) (i32.const 0) (i32.const 0)))
        (func (export "active") (memory.init $active (i32.const 0) (i32.const 0) (i32.const 1))))"#;
    let instrumented = instrumented(wat).unwrap();
    let mut bytes = [0; 6];
    instrumented.initial_heap.read(4093, &mut bytes);
    // Later segments win.
    assert_eq!(&bytes, b"\0abXd\0");
    assert_eq!(instrumented.initial_heap.pages().count(), 2);
    for active in [&b"abcd"[..], b"X\x0b"] {
        assert!(
            !instrumented
                .wasm
                .windows(active.len())
                .any(|bytes| bytes == active)
        );
    }

    let mut running = run(wat);
    running.call("passive").unwrap();
    assert_eq!(&running.heap()[..6], b"3456\0\0");
    // As after instantiation: an active segment is dropped, which is to say empty.
    running.call("active, nothing").unwrap();
    assert!(running.call("active").is_err());
}

#[test]
fn segments_that_do_not_fit_are_refused() {
    for (data, fits) in [
        (r#"(data (i32.const 65532) "abcd")"#, true),
        (r#"(data (i32.const 65533) "abcd")"#, false),
        (r#"(data (i32.const -1) "abcd")"#, false),
        (r#"(data (i32.const 65536) "")"#, true),
        (r#"(data (i32.const 65537) "")"#, false),
    ] {
        match instrumented(&format!("(module (memory 1) {data})")) {
            Ok(_) => assert!(fits, "{data}"),
            Err(InvalidModule::Data(why)) => {
                assert!(!fits && why.contains("does not fit"), "{data}: {why}");
            }
            Err(error) => panic!("{data}: {error}"),
        }
    }
    for (elements, fits) in [
        ("(elem (i32.const 1) $f $f)", true),
        ("(elem (i32.const 2) $f $f)", false),
        ("(elem (i32.const -1) funcref (ref.null func))", false),
        ("(elem $passive func $f $f $f $f $f)", true),
    ] {
        match instrumented(&format!("(module (table 3 funcref) (func $f) {elements})")) {
            Ok(_) => assert!(fits, "{elements}"),
            Err(InvalidModule::Element(why)) => {
                assert!(!fits && why.contains("does not fit"), "{elements}: {why}");
            }
            Err(error) => panic!("{elements}: {error}"),
        }
    }
}

#[test]
fn every_module_has_a_heap_and_marks() {
    let mut running = run(r#"(module (func (export "f")))"#);
    let heap = running.memory(MEMORY);
    assert_eq!(heap.size(&running.store), 0);
    assert!(heap.grow(&mut running.store, 1).is_err());
    running.call("f").unwrap();
    assert!(running.marked().is_empty());

    let mut running = run("(module (memory 2 5))");
    let heap = running.memory(MEMORY);
    let ty = heap.ty(&running.store);
    assert_eq!((ty.minimum(), ty.maximum()), (2, Some(5)));
    let marks = running.memory(DIRTY);
    assert_eq!(marks.size(&running.store), DIRTY_MEMORY_PAGES);
    assert!(marks.grow(&mut running.store, 1).is_err());
}

#[test]
fn nothing_of_the_modules_own_exports_is_lost() {
    let wat = r#"(module (memory (export "memory") 1) (table (export "table") 1 funcref)
        (global (export "global") i32 (i32.const 1)) (func (export "canister_update f")))"#;
    let wasm = instrumented(wat).unwrap().wasm;
    let mut kinds = Vec::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::ExportSection(section) = payload.unwrap() {
            kinds.extend(
                section
                    .into_iter()
                    .map(Result::unwrap)
                    .map(|export| (export.name.to_owned(), export.kind)),
            );
        }
    }
    let expected = [
        ("memory", ExternalKind::Memory),
        ("table", ExternalKind::Table),
        ("global", ExternalKind::Global),
        ("canister_update f", ExternalKind::Func),
        (COUNTER, ExternalKind::Global),
        (MEMORY, ExternalKind::Memory),
        (DIRTY, ExternalKind::Memory),
        (TABLE, ExternalKind::Table),
    ];
    assert_eq!(kinds, expected.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn custom_sections_other_than_names_are_left_out() {
    let wat = r#"(module (@custom "icp:public a" "some content") (@custom ".debug_info" "more"))"#;
    let wasm = instrumented(wat).unwrap().wasm;
    let has = |text: &[u8]| wasm.windows(text.len()).any(|bytes| bytes == text);
    assert!(!has(b"some content") && !has(b".debug_info"));
}
