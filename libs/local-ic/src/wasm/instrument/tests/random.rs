//! Random modules do the same with and without instrumentation.

use super::*;
use crate::wasm::validate::validate;
use arbitrary::Unstructured;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use wasm_smith::{Config, InstructionKind, InstructionKinds, Module as RandomModule};
use wasmtime::{ExternType, Func, FuncType, Trap};

/// Bytes that decide what a module looks like.
const ENTROPY: usize = 1 << 15;
/// Instructions for all calls to a module, so that endless ones end.
const LIMIT: i64 = 100_000;

/// Bytes of which many are zero, so that many numbers are small.
fn entropy(seed: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut bytes = vec![0; 2 * ENTROPY];
    rng.fill_bytes(&mut bytes);
    let (bytes, zeroes) = bytes.split_at(ENTROPY);
    bytes
        .iter()
        .zip(zeroes)
        .map(|(byte, zero)| if *zero < 100 { 0 } else { *byte })
        .collect()
}

/// With references many modules are refused, because they use the host's.
fn config(references: bool) -> Config {
    Config {
        allow_start_export: false,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        // Few of everything, so that the entropy is left for the code.
        max_data_segments: 3,
        max_element_segments: 3,
        max_elements: 5,
        max_exports: 50,
        max_funcs: 10,
        max_globals: 5,
        max_imports: 0,
        max_instructions: 400,
        max_types: 5,
        max_memory32_bytes: 4 << 16,
        min_funcs: 4,
        min_memories: 1,
        memory64_enabled: false,
        reference_types_enabled: references,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        // Changing tables is not allowed in canisters.
        allowed_instructions: InstructionKinds::new(&[
            InstructionKind::Numeric,
            InstructionKind::Vector,
            InstructionKind::Reference,
            InstructionKind::Parametric,
            InstructionKind::Variable,
            InstructionKind::Memory,
            InstructionKind::Control,
        ]),
        ..Config::default()
    }
}

/// An export, and the results of calling it or how it trapped.
type Outcome = (String, Result<Vec<String>, Option<Trap>>);

/// What can be seen of an instance after some calls.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    outcomes: Vec<Outcome>,
    globals: BTreeMap<String, String>,
    heap: Vec<u8>,
}

/// Bits, so that a NaN equals itself.
fn shown(val: &Val) -> String {
    match val {
        Val::FuncRef(func) => format!("function: {}", func.is_some()),
        Val::V128(bits) => format!("v128 {:032x}", bits.as_u128()),
        number => format!("{number:?}"),
    }
}

fn argument(ty: &wasmtime::ValType, n: usize) -> Val {
    // Some addresses near the ends of pages, some far outside.
    let number = [0, 4095, 65_533, -1, 8190, 3][n % 6];
    match ty {
        wasmtime::ValType::I32 => Val::I32(number),
        wasmtime::ValType::I64 => Val::I64(i64::from(number)),
        wasmtime::ValType::F32 => Val::F32(f32::NAN.to_bits() ^ number.cast_unsigned()),
        wasmtime::ValType::F64 => Val::F64(f64::from(number).to_bits()),
        wasmtime::ValType::V128 => Val::V128(u128::from(number.cast_unsigned()).into()),
        wasmtime::ValType::Ref(_) => Val::FuncRef(None),
    }
}

/// Calls every exported function of the module itself; `None` if the instructions ran out.
fn observe(running: &mut Running, exports: &[(String, ExternType)]) -> Option<Seen> {
    let Running { store, instance } = running;
    let mut seen = Seen::default();
    for (n, (name, ty)) in exports.iter().enumerate() {
        let ExternType::Func(ty) = ty else { continue };
        let func = instance.get_func(&mut *store, name).unwrap();
        let args: Vec<Val> = ty
            .params()
            .enumerate()
            .map(|(i, ty)| argument(&ty, n + i))
            .collect();
        let mut results = vec![Val::I32(0); ty.results().len()];
        let outcome = match func.call(&mut *store, &args, &mut results) {
            Ok(()) => Ok(results.iter().map(shown).collect()),
            Err(error) if error.root_cause().to_string() == EXHAUSTED => return None,
            Err(error) => Err(error.downcast_ref::<Trap>().copied()),
        };
        // Instrumented frames are larger, so the depth that overflows differs.
        if outcome == Err(Some(Trap::StackOverflow)) {
            return None;
        }
        seen.outcomes.push((name.clone(), outcome));
    }
    for (name, ty) in exports {
        match ty {
            ExternType::Global(_) => {
                let global = instance.get_global(&mut *store, name).unwrap();
                let value = global.get(&mut *store);
                seen.globals.insert(name.clone(), shown(&value));
            }
            ExternType::Memory(_) => {
                let memory = instance.get_memory(&mut *store, name).unwrap();
                seen.heap = memory.data(&*store).to_vec();
            }
            _ => {}
        }
    }
    Some(seen)
}

/// The module as it is.
fn plain(engine: &Engine, wasm: &[u8]) -> Running {
    let mut store = Store::new(engine, Vec::new());
    let module = Module::new(engine, wasm).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    Running { store, instance }
}

/// The module as it runs here.
fn rewritten(engine: &Engine, instrumented: &Instrumented) -> Running {
    let mut store = Store::new(engine, Vec::new());
    let module = Module::new(engine, &instrumented.wasm).expect("an instrumented module is valid");
    let trap = Func::new(&mut store, FuncType::new(engine, [], []), |_, _, _| {
        Err(wasmtime::Error::msg(EXHAUSTED))
    });
    let instance = Instance::new(&mut store, &module, &[trap.into()]).unwrap();
    let mut running = Running { store, instance };
    running.fill(&instrumented.initial_heap);
    running.limit(LIMIT);
    running
}

#[test]
fn random_modules_do_the_same_with_and_without_instrumentation() {
    let compiler = Compiler::new(None);
    let engine = compiler.engine();
    let (mut compared, mut calls) = (0, 0);
    for seed in 0..200 {
        let bytes = entropy(seed);
        let Ok(module) = RandomModule::new(config(seed % 4 == 0), &mut Unstructured::new(&bytes))
        else {
            continue;
        };
        let wasm = module.to_bytes();
        // Host references, names that are reserved, segments that do not fit: not our subject.
        let Ok(info) = validate(&wasm) else { continue };
        let Ok(instrumented) = instrument(&wasm, &info) else {
            continue;
        };
        let exports: Vec<_> = Module::new(engine, &wasm)
            .unwrap()
            .exports()
            .map(|export| (export.name().to_owned(), export.ty()))
            .collect();
        let mut running = rewritten(engine, &instrumented);
        let Some(seen) = observe(&mut running, &exports) else {
            continue;
        };
        assert_eq!(
            Some(&seen),
            observe(&mut plain(engine, &wasm), &exports).as_ref(),
            "seed {seed}"
        );

        compared += 1;
        calls += seen
            .outcomes
            .iter()
            .filter(|(_, outcome)| outcome.is_ok())
            .count();
    }
    assert!(
        compared >= 50 && calls >= 100,
        "only {compared} modules were compared, with {calls} calls that succeeded"
    );
}
