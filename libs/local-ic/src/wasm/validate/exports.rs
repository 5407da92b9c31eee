use super::{Hooks, InvalidModule, ModuleInfo, at_most};
use wasmparser::types::{EntityType, Types};

/// Methods that a module may export.
const MAX_METHODS: u64 = 1_000;
/// Bytes of all methods' names.
const MAX_NAME_BYTES: u64 = 20_000;
/// Exports that start like this are those of the instrumentation.
const RESERVED: &str = "local-ic ";

/// Finds methods and hooks among the exports.
pub(super) fn collect(types: &Types, info: &mut ModuleInfo) -> Result<(), InvalidModule> {
    let mut methods = 0;
    let mut name_bytes = 0;
    let exports = types.as_ref().core_exports().into_iter().flatten();
    for (export, entity) in exports {
        if export.starts_with(RESERVED) {
            return refuse(format_args!("The name '{export}' is reserved."));
        }
        let EntityType::Func(id) = entity else {
            continue;
        };
        let Some(entry_point) = export.strip_prefix("canister_") else {
            continue;
        };
        let ty = types[id].unwrap_func();
        if !ty.params().is_empty() || !ty.results().is_empty() {
            return Err(InvalidModule::Signature(format!(
                "'{export}' must have no parameters and no results, but has type {:?} -> {:?}.",
                ty.params(),
                ty.results()
            )));
        }
        if let Some(hook) = hook(&mut info.hooks, entry_point) {
            *hook = true;
            continue;
        }
        let (kind, method) = entry_point.split_once(' ').unwrap_or((entry_point, ""));
        let known = [&info.updates, &info.queries, &info.composite_queries]
            .iter()
            .any(|names| names.contains(method));
        let names = match kind {
            "update" if entry_point != kind => &mut info.updates,
            "query" if entry_point != kind => &mut info.queries,
            "composite_query" if entry_point != kind => &mut info.composite_queries,
            _ => {
                return refuse(format_args!(
                    "Exporting reserved function '{export}' with \"canister_\" prefix."
                ));
            }
        };
        if known {
            return refuse(format_args!(
                "Method '{method}' is exported more than once, as update, query or composite query."
            ));
        }
        names.insert(method.to_owned());
        methods += 1;
        name_bytes += method.len() as u64;
    }
    at_most("export section", "methods", methods, MAX_METHODS)?;
    at_most(
        "export section",
        "bytes of method names",
        name_bytes,
        MAX_NAME_BYTES,
    )
}

fn hook<'a>(hooks: &'a mut Hooks, entry_point: &str) -> Option<&'a mut bool> {
    let Hooks {
        init,
        pre_upgrade,
        post_upgrade,
        heartbeat,
        global_timer,
        inspect_message,
        on_low_wasm_memory,
    } = hooks;
    Some(match entry_point {
        "init" => init,
        "pre_upgrade" => pre_upgrade,
        "post_upgrade" => post_upgrade,
        "heartbeat" => heartbeat,
        "global_timer" => global_timer,
        "inspect_message" => inspect_message,
        "on_low_wasm_memory" => on_low_wasm_memory,
        _ => return None,
    })
}

fn refuse(why: std::fmt::Arguments<'_>) -> Result<(), InvalidModule> {
    Err(InvalidModule::Export(why.to_string()))
}
