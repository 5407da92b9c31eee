//! Limits of the Internet Computer, each with the unit it is counted in.

/// Instructions of an update call, callback, heartbeat or timer on an application subnet.
pub const UPDATE_INSTRUCTIONS: u64 = 40_000_000_000;
/// The same on a system subnet.
pub const SYSTEM_UPDATE_INSTRUCTIONS: u64 = 50_000_000_000;
/// Instructions of a query call; of a composite query's whole call graph.
pub const QUERY_INSTRUCTIONS: u64 = 5_000_000_000;
/// Overhead of each call in a composite query's call graph.
pub const COMPOSITE_CALL_OVERHEAD: u64 = 50_000_000;
/// Depth of a composite query's call graph.
pub const COMPOSITE_DEPTH: u32 = 6;
/// Instructions of an install, reinstall or upgrade, all hooks together.
pub const INSTALL_INSTRUCTIONS: u64 = 300_000_000_000;
/// The same on a system subnet.
pub const SYSTEM_INSTALL_INSTRUCTIONS: u64 = 1_000_000_000_000;
/// Instructions of `canister_inspect_message`.
pub const INSPECT_INSTRUCTIONS: u64 = 200_000_000;
/// Share of a callback's instructions held back for its cleanup callback, as a divisor.
pub const CLEANUP_SHARE: u64 = 20;
/// Instructions of a subnet configured for benchmarks.
pub const BENCHMARK_INSTRUCTIONS: u64 = 99_999_999_999_999;
/// Instructions after which a round starts no further message.
pub const ROUND_INSTRUCTIONS: u64 = 7_000_000_000;
/// Instructions charged for a round's share of one message, beside its own.
pub const ROUND_MESSAGE_OVERHEAD: u64 = 2_000_000;

/// Bytes of a reply or reject text of a replicated execution.
pub const MAX_REPLICATED_REPLY: usize = 2 * 1024 * 1024;
/// Bytes of a query's reply.
pub const MAX_QUERY_REPLY: usize = 3 * 1024 * 1024;
/// Bytes of a request to a canister of the same subnet.
pub const MAX_LOCAL_REQUEST: usize = 10 * 1024 * 1024;
/// Bytes of a request to another subnet, and of an ingress message on an application subnet.
pub const MAX_REMOTE_REQUEST: usize = 2 * 1024 * 1024;
/// Bytes of an ingress message on the NNS subnet.
pub const MAX_NNS_INGRESS: usize = 3_670_016;
/// Bytes of a method's name in `call_new`.
pub const MAX_CALL_METHOD_NAME: usize = 20_000;
/// Entries of a queue between two canisters, reserved responses included.
pub const QUEUE_CAPACITY: usize = 500;
/// Longest timeout of a best-effort call, seconds.
pub const MAX_CALL_TIMEOUT_SECONDS: u32 = 300;
/// Nanoseconds after which a waiting `stop_canister` is rejected.
pub const STOP_TIMEOUT_NS: u64 = 300 * 1_000_000_000;

/// Nanoseconds that an ingress message may expire ahead of the network's time.
pub const INGRESS_WINDOW_NS: u64 = 330 * 1_000_000_000;
/// Nanoseconds that the status of an ingress message is kept.
pub const INGRESS_HISTORY_NS: u64 = 300 * 1_000_000_000;

/// The latest time a network can have, nanoseconds since 1970: in the year 2262. Deadlines are
/// counted from it, so it is far from the largest number.
pub const MAX_TIME_NS: u64 = u64::MAX / 2;

/// Bytes of a stable memory that can be copied out as a whole.
pub const MAX_STABLE_COPY_BYTES: u64 = 1 << 30;
/// Bytes of stable memory.
pub const MAX_STABLE_BYTES: u64 = 500 * 1024 * 1024 * 1024;
/// Bytes of a 32-bit Wasm heap.
pub const MAX_HEAP_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes of the heap of a canister whose settings say nothing else, as in the replica; the interface
/// specification has none.
pub const DEFAULT_WASM_MEMORY_LIMIT: u64 = 3 * 1024 * 1024 * 1024;
/// 4 KiB pages of stable memory that a message may touch (2 GiB).
pub const STABLE_PAGES_PER_MESSAGE: u64 = 2 * 1024 * 1024 * 1024 / 4096;
/// The same for an install or upgrade (8 GiB).
pub const STABLE_PAGES_PER_INSTALL: u64 = 4 * STABLE_PAGES_PER_MESSAGE;
/// The same for a query (1 GiB).
pub const STABLE_PAGES_PER_QUERY: u64 = STABLE_PAGES_PER_MESSAGE / 2;

/// Bytes of a trap's or a debug print's text.
pub const MAX_LOG_LINE: usize = 32 * 1024;
/// Bytes of a reject text of the system's own making.
pub const MAX_REJECT_MESSAGE: usize = 8 * 1024;
/// Bytes of a canister's log, all lines together, unless its settings say otherwise.
pub const LOG_BYTES: usize = 4 * 1024;
/// Bytes of a canister's log that the settings may ask for.
pub const MAX_LOG_BYTES: usize = 2 * 1024 * 1024;
/// Bytes that a line of the log counts beside its text: index, time and length, as in the replica.
pub const LOG_LINE_OVERHEAD: usize = 40;

/// Controllers of a canister.
pub const MAX_CONTROLLERS: usize = 10;
/// Environment variables of a canister.
pub const MAX_VARIABLES: usize = 20;
/// Bytes of an environment variable's name, and of its value.
pub const MAX_VARIABLE_NAME: usize = 128;

/// Bytes of a module after decompression.
pub const MAX_MODULE_BYTES: u64 = 100 * 1024 * 1024;
/// Bytes of a chunk in a canister's chunk store.
pub const CHUNK_BYTES: usize = 1024 * 1024;
/// Chunks in a canister's chunk store.
pub const MAX_CHUNKS: usize = 100;
/// Snapshots of a canister.
pub const MAX_SNAPSHOTS: usize = 10;
/// Changes that a canister's history keeps.
pub const HISTORY_CHANGES: usize = 20;
/// Canister ids of one range.
pub const RANGE_CANISTERS: u64 = 1 << 20;
