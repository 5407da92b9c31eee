use super::*;
use crate::wasm::ic0::table::{IMPORTS, ValType};
use std::fmt::Write as _;
use wasm_encoder::{
    CodeSection, CustomSection as RawCustom, Function, FunctionSection, Module, TypeSection,
};

fn check(wat: &str) -> Result<ModuleInfo, InvalidModule> {
    validate(&wat::parse_str(wat).expect("the test's WAT is well-formed"))
}

fn accepted(wat: &str) -> ModuleInfo {
    check(wat).unwrap_or_else(|error| panic!("refused: {error}\n{wat}"))
}

/// The text of the refusal.
fn refused(wat: &str) -> String {
    match check(wat) {
        Ok(_) => panic!("accepted\n{wat}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_function_of_the_system_api_can_be_imported_with_its_type_only() {
    let text = |types: &[ValType]| {
        types.iter().fold(String::new(), |mut text, ty| {
            let name = match ty {
                ValType::I32 => "i32",
                ValType::I64 => "i64",
            };
            write!(text, " {name}").unwrap();
            text
        })
    };
    let import = |name: &str, params: &str, results: &str| {
        format!(r#"(module (import "ic0" "{name}" (func (param{params}) (result{results}))))"#)
    };
    for spec in IMPORTS {
        let (params, results) = (text(spec.params), text(spec.results));
        accepted(&import(spec.name, &params, &results));
        let more = refused(&import(spec.name, &format!("{params} i32"), &results));
        assert!(more.contains("but is imported as"), "{more}");
        let other_result = if results == " i32" { " i64" } else { " i32" };
        refused(&import(spec.name, &params, other_result));
    }
}

#[test]
fn the_system_api_has_each_name_once() {
    let mut names: Vec<_> = IMPORTS.iter().map(|spec| spec.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn other_imports_are_refused() {
    for import in [
        r#"(import "ic0" "no_such_function" (func))"#,
        r#"(import "env" "msg_reply" (func))"#,
        r#"(import "local-ic" "out_of_instructions" (func))"#,
        r#"(import "env" "memory" (memory 1))"#,
        r#"(import "env" "table" (table 1 funcref))"#,
        r#"(import "env" "global" (global i32))"#,
        r#"(import "ic0" "msg_reply" (global i32))"#,
    ] {
        let error = check(&format!("(module {import})")).unwrap_err();
        assert!(
            matches!(error, InvalidModule::Import(_)),
            "{import}: {error}"
        );
    }
}

#[test]
fn methods_and_hooks_are_found() {
    let info = accepted(
        r#"(module
            (func $f)
            (export "canister_init" (func $f))
            (export "canister_pre_upgrade" (func $f))
            (export "canister_post_upgrade" (func $f))
            (export "canister_heartbeat" (func $f))
            (export "canister_global_timer" (func $f))
            (export "canister_inspect_message" (func $f))
            (export "canister_on_low_wasm_memory" (func $f))
            (export "canister_update set" (func $f))
            (export "canister_update <ic-cdk internal> timer_executor" (func $f))
            (export "canister_query get" (func $f))
            (export "canister_composite_query ask" (func $f))
            (export "something else" (func $f)))"#,
    );
    let names = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&info.updates),
        ["<ic-cdk internal> timer_executor", "set"]
    );
    assert_eq!(names(&info.queries), ["get"]);
    assert_eq!(names(&info.composite_queries), ["ask"]);
    let Hooks {
        init,
        pre_upgrade,
        post_upgrade,
        heartbeat,
        global_timer,
        inspect_message,
        on_low_wasm_memory,
    } = info.hooks;
    assert!(
        init && pre_upgrade
            && post_upgrade
            && heartbeat
            && global_timer
            && inspect_message
            && on_low_wasm_memory
    );
    assert_eq!(
        accepted(r#"(module (func (export "canister_heartbeat")))"#).hooks,
        Hooks {
            heartbeat: true,
            ..Hooks::default()
        }
    );
}

#[test]
fn unknown_canister_exports_are_refused() {
    for export in [
        "canister_start",
        "canister_update",
        "canister_query",
        "canister_updates f",
        "canister_",
    ] {
        let error = refused(&format!(r#"(module (func (export "{export}")))"#));
        assert!(error.contains("reserved function"), "{export}: {error}");
    }
    // Only functions are entry points.
    accepted(r#"(module (memory (export "canister_memory") 1))"#);
}

#[test]
fn a_method_has_one_kind() {
    for (a, b) in [
        ("update", "query"),
        ("query", "composite_query"),
        ("composite_query", "update"),
    ] {
        let error = refused(&format!(
            r#"(module (func $f) (export "canister_{a} m" (func $f)) (export "canister_{b} m" (func $f)))"#
        ));
        assert!(error.contains("'m' is exported more than once"), "{error}");
    }
}

#[test]
fn entry_points_take_and_give_nothing() {
    for (export, ty) in [
        ("canister_update f", "(param i32)"),
        ("canister_query f", "(result i32) i32.const 0"),
        ("canister_init", "(param i64)"),
    ] {
        let error = check(&format!(r#"(module (func (export "{export}") {ty}))"#)).unwrap_err();
        assert!(matches!(error, InvalidModule::Signature(_)), "{error}");
    }
    accepted(r#"(module (func (export "f") (param i32)))"#);
}

#[test]
fn names_of_the_instrumentation_are_reserved() {
    let error = refused(r#"(module (memory (export "local-ic memory") 1))"#);
    assert!(error.contains("'local-ic memory' is reserved"), "{error}");
    accepted(r#"(module (memory (export "local-ice") 1))"#);
}

#[test]
fn methods_are_limited_in_number_and_names() {
    let methods = |count: usize, padding: usize| {
        let mut wat = String::from("(module (func $f)");
        for n in 0..count {
            write!(wat, r#"(export "canister_query {n:0padding$}" (func $f))"#).unwrap();
        }
        wat + ")"
    };
    accepted(&methods(1_000, 20));
    assert!(refused(&methods(1_001, 4)).contains("1001 methods"));
    assert!(refused(&methods(1_000, 21)).contains("21000 bytes of method names"));
}

#[test]
fn functions_globals_and_code_are_limited() {
    let functions = |count| format!("(module {})", "(func)".repeat(count));
    accepted(&functions(MAX_FUNCTIONS));
    assert!(refused(&functions(MAX_FUNCTIONS + 1)).contains("50001 functions"));
    let globals = |count| format!("(module {})", "(global i32 (i32.const 0))".repeat(count));
    accepted(&globals(MAX_GLOBALS));
    assert!(refused(&globals(MAX_GLOBALS + 1)).contains("1001 globals"));
    let code = |functions: usize, nops: usize| {
        let mut module = Module::new();
        let (mut types, mut declarations, mut code) = (
            TypeSection::new(),
            FunctionSection::new(),
            CodeSection::new(),
        );
        types.ty().function([], []);
        for _ in 0..functions {
            declarations.function(0);
            let mut body = Function::new([]);
            body.raw(std::iter::repeat_n(0x01, nops))
                .instructions()
                .end();
            code.function(&body);
        }
        module.section(&types).section(&declarations).section(&code);
        validate(&module.finish())
    };
    assert!(code(2, 600_000).is_ok());
    assert!(matches!(
        code(20, 600_000),
        Err(InvalidModule::TooLarge {
            place: "code section",
            ..
        })
    ));
}

#[test]
fn functions_are_limited_in_length_and_complexity() {
    let error = refused(&format!(
        "(module (func) (func {}))",
        "nop ".repeat(1_000_000)
    ));
    assert!(error.contains("at index 1 of size 1000001"), "{error}");
    // 20 001 loops of 50 and their ends, and the function's end, of 1.
    let error = refused(&format!(
        "(module (func) (func {}))",
        "(loop)".repeat(20_001)
    ));
    assert!(
        error.contains("at index 1 with complexity 1020052"),
        "{error}"
    );
    accepted(&format!("(module (func {}))", "(loop)".repeat(19_000)));
}

#[test]
fn metadata_sections_are_found() {
    let info = accepted(
        r#"(module
            (@custom "icp:public candid:service" "service : {}")
            (@custom "icp:private notes" "n")
            (@custom "producers of nothing" "x"))"#,
    );
    assert_eq!(info.custom_sections.len(), 2);
    let candid = &info.custom_sections["candid:service"];
    assert!(candid.public && candid.content == b"service : {}");
    let notes = &info.custom_sections["notes"];
    assert!(!notes.public && notes.content == b"n");
    assert!(!info.orthogonal_persistence);
    assert!(
        accepted(r#"(module (@custom "icp:private enhanced-orthogonal-persistence" ""))"#)
            .orthogonal_persistence
    );
}

#[test]
fn bad_metadata_sections_are_refused() {
    let twice = r#"(module (@custom "icp:public a" "") (@custom "icp:private a" ""))"#;
    assert!(refused(twice).contains("'a' is used more than once"));
    assert!(refused(r#"(module (@custom "icp:secret a" ""))"#).contains("'icp:secret a'"));
    assert!(refused(r#"(module (@custom "icp:public" ""))"#).contains("'icp:public'"));

    let with = |count: usize, bytes: usize| {
        let mut module = Module::new();
        for n in 0..count {
            module.section(&RawCustom {
                name: format!("icp:public {n:02}").into(),
                data: vec![0; bytes].into(),
            });
        }
        validate(&module.finish())
    };
    assert!(with(16, 65_534).is_ok());
    assert!(matches!(
        with(17, 0),
        Err(InvalidModule::TooLarge {
            count: 17,
            allowed: 16,
            ..
        })
    ));
    assert!(matches!(
        with(16, 65_535),
        Err(InvalidModule::TooLarge { unit: "bytes", .. })
    ));
}

#[test]
fn memory_start_and_drops_are_described() {
    let info = accepted("(module (memory 3 7) (func $s) (start $s))");
    assert!(info.has_memory && info.has_start && !info.uses_drop);
    assert_eq!((info.heap_min_pages, info.heap_max_pages), (3, Some(7)));
    let info = accepted("(module)");
    assert!(!info.has_memory && !info.has_start);
    assert_eq!((info.heap_min_pages, info.heap_max_pages), (0, None));
    assert!(accepted(r#"(module (memory 1) (data $d "x") (func data.drop $d) (func))"#).uses_drop);
    assert!(accepted("(module (table 1 funcref) (elem $e func) (func elem.drop $e))").uses_drop);
}

#[test]
fn tables_cannot_be_changed() {
    for (name, body) in [
        (
            "table.grow",
            "(drop (table.grow (ref.null func) (i32.const 1)))",
        ),
        ("table.set", "(table.set (i32.const 0) (ref.null func))"),
        (
            "table.fill",
            "(table.fill (i32.const 0) (ref.null func) (i32.const 1))",
        ),
        (
            "table.copy",
            "(table.copy (i32.const 0) (i32.const 0) (i32.const 0))",
        ),
        (
            "table.init",
            "(table.init $e (i32.const 0) (i32.const 0) (i32.const 0))",
        ),
    ] {
        let error = refused(&format!(
            "(module (table 1 funcref) (elem $e func) (func {body}))"
        ));
        assert!(
            error.contains(&format!("unsupported instruction {name}")),
            "{error}"
        );
    }
    accepted(
        "(module (table 1 funcref) (func (drop (table.get (i32.const 0))) (drop (table.size))))",
    );
}

#[test]
fn features_are_those_of_the_internet_computer() {
    for (name, module) in [
        (
            "bulk memory",
            "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))",
        ),
        (
            "multi value",
            "(module (func (result i32 i32) i32.const 0 i32.const 0))",
        ),
        (
            "reference types",
            "(module (func (result i32) (ref.is_null (ref.null func))))",
        ),
        (
            "saturating",
            "(module (func (result i32) (i32.trunc_sat_f32_s (f32.const 0))))",
        ),
        (
            "sign extension",
            "(module (func (result i32) (i32.extend8_s (i32.const 0))))",
        ),
        ("SIMD", "(module (func (drop (i8x16.splat (i32.const 0)))))"),
        ("tail calls", "(module (func $f return_call $f))"),
    ] {
        assert!(check(module).is_ok(), "{name}");
    }
    for (name, module) in [
        (
            "relaxed SIMD",
            "(module (func (param v128) (drop (i32x4.relaxed_trunc_f32x4_s (local.get 0)))))",
        ),
        ("multi memory", "(module (memory 1) (memory 1))"),
        ("threads", "(module (memory 1 1 shared))"),
        (
            "atomics",
            "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))",
        ),
        ("exceptions", "(module (tag))"),
        ("host references", "(module (table 1 externref))"),
        ("GC", "(module (type (struct)))"),
        (
            "function references",
            "(module (type $f (func)) (func (param (ref $f)) (call_ref $f (local.get 0))))",
        ),
        (
            "extended const",
            "(module (global i32 (i32.add (i32.const 1) (i32.const 1))))",
        ),
        ("64-bit table", "(module (table i64 1 funcref))"),
        ("custom page sizes", "(module (memory 1 (pagesize 1)))"),
        (
            "wide arithmetic",
            "(module (func (param i64 i64) (i64.mul_wide_u (local.get 0) (local.get 1)) drop drop))",
        ),
    ] {
        assert!(
            matches!(check(module), Err(InvalidModule::Wasm(_))),
            "{name}"
        );
    }
    assert!(matches!(
        validate(&wat::parse_str("(component)").unwrap()),
        Err(InvalidModule::Wasm(_))
    ));
}

#[test]
fn modules_of_64_bits_are_refused_with_a_reason() {
    assert_eq!(
        refused("(module (memory i64 1))"),
        "64-bit memory is not supported yet"
    );
}

#[test]
fn code_that_does_not_type_check_is_refused() {
    let mut module = wat::parse_str("(module (func (result i32) i32.const 1))").unwrap();
    assert!(validate(&module).is_ok());
    // `i32.const` becomes `i64.const`.
    let at = module.iter().rposition(|byte| *byte == 0x41).unwrap();
    module[at] = 0x42;
    assert!(matches!(validate(&module), Err(InvalidModule::Wasm(_))));
}
