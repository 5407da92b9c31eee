use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A custom section that the state tree shows as metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomSection {
    /// Whether everybody may read it, or only the controllers.
    pub public: bool,
    /// Its bytes.
    #[serde(with = "serde_bytes")]
    pub content: Vec<u8>,
}

/// The entry points that the system calls by itself.
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag for each hook of the specification"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// `canister_init`
    pub init: bool,
    /// `canister_pre_upgrade`
    pub pre_upgrade: bool,
    /// `canister_post_upgrade`
    pub post_upgrade: bool,
    /// `canister_heartbeat`
    pub heartbeat: bool,
    /// `canister_global_timer`
    pub global_timer: bool,
    /// `canister_inspect_message`
    pub inspect_message: bool,
    /// `canister_on_low_wasm_memory`
    pub on_low_wasm_memory: bool,
}

/// What the system knows about a module without running it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about a module"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleInfo {
    /// Names of update methods.
    pub updates: BTreeSet<String>,
    /// Names of query methods.
    pub queries: BTreeSet<String>,
    /// Names of composite query methods.
    pub composite_queries: BTreeSet<String>,
    /// Hooks that the module exports.
    pub hooks: Hooks,
    /// `icp:public <name>` and `icp:private <name>` sections by name.
    pub custom_sections: BTreeMap<String, CustomSection>,
    /// Whether the module defines a memory.
    pub has_memory: bool,
    /// The memory's size when the module is instantiated, in pages of 64 KiB.
    pub heap_min_pages: u64,
    /// The size that the module itself sets as a limit, in pages of 64 KiB.
    pub heap_max_pages: Option<u64>,
    /// Whether there is a start function.
    pub has_start: bool,
    /// Whether `data.drop` or `elem.drop` occurs: then an instance has state beside heap and globals.
    pub uses_drop: bool,
    /// Whether the module asks for its heap to be kept over upgrades (a metadata section
    /// `enhanced-orthogonal-persistence`, as Motoko writes it).
    pub orthogonal_persistence: bool,
}
