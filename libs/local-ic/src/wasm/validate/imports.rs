use super::InvalidModule;
use crate::wasm::ic0::table::{self, ImportSpec};
use wasmparser::types::{EntityType, Types};
use wasmparser::{FuncType, ValType};

/// Only functions of `ic0`, each with exactly the type it has there.
pub(super) fn check(types: &Types) -> Result<(), InvalidModule> {
    let imports = types.as_ref().core_imports().into_iter().flatten();
    for (module, name, entity) in imports {
        let EntityType::Func(id) = entity else {
            return refuse(format_args!(
                "Import of '{name}' from '{module}' is not a function."
            ));
        };
        if module != "ic0" {
            return refuse(format_args!(
                "Import of '{name}' from '{module}': only functions of module 'ic0' can be imported."
            ));
        }
        let Some(spec) = table::find(name) else {
            return refuse(format_args!("Module 'ic0' has no function '{name}'."));
        };
        let found = types[id].unwrap_func();
        if !matches_spec(found, spec) {
            return refuse(format_args!(
                "Function '{name}' of module 'ic0' has type {:?} -> {:?}, but is imported as {:?} -> {:?}.",
                spec.params,
                spec.results,
                found.params(),
                found.results()
            ));
        }
    }
    Ok(())
}

fn matches_spec(found: &FuncType, spec: &ImportSpec) -> bool {
    same(found.params(), spec.params) && same(found.results(), spec.results)
}

fn same(found: &[ValType], wanted: &[table::ValType]) -> bool {
    let wanted = wanted.iter().map(|ty| match ty {
        table::ValType::I32 => ValType::I32,
        table::ValType::I64 => ValType::I64,
    });
    wanted.eq(found.iter().copied())
}

fn refuse(why: std::fmt::Arguments<'_>) -> Result<(), InvalidModule> {
    Err(InvalidModule::Import(why.to_string()))
}
