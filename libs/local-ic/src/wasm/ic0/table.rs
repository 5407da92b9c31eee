//! The System API as data: every function's name, type, contexts and base charge.
//!
//! Types are those of 32-bit canisters: pointers, sizes, offsets and function indices are `i32`;
//! time, versions, halves of cycle amounts, all `stable64` values and the sizes of `cost_call` are
//! `i64`. A 128-bit amount enters as two `i64`, high half first, and leaves as 16 bytes at `dst`.
//!
//! Sources: the interface specification for names, types and contexts; the replica for charges.

use crate::sandbox::{Mode, Modes};

/// A number type; the System API has no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValType {
    /// `i32`
    I32,
    /// `i64`
    I64,
}

/// A function that a module may import from `ic0`.
#[derive(Clone, Copy, Debug)]
pub struct ImportSpec {
    /// The name without `ic0.` in front.
    pub name: &'static str,
    /// Types of the parameters.
    pub params: &'static [ValType],
    /// Types of the results; at most one.
    pub results: &'static [ValType],
    /// The contexts in which it may be called.
    pub modes: Modes,
    /// Instructions charged for each call, beside what the moved bytes cost.
    pub cost: u64,
}

/// The function with this name.
pub fn find(name: &str) -> Option<&'static ImportSpec> {
    IMPORTS.iter().find(|spec| spec.name == name)
}

/// Instructions of a function that has no charge of its own.
const USUAL: u64 = 500;
/// Instructions of reading or writing stable memory.
const STABLE_ACCESS: u64 = 20;

const ARGUMENT: Modes = Modes::of(&[
    Mode::Init,
    Mode::Update,
    Mode::ReplicatedQuery,
    Mode::Query,
    Mode::Transform,
    Mode::CompositeQuery,
    Mode::Reply,
    Mode::CompositeReply,
    Mode::InspectMessage,
]);

const CALLER_INFO: Modes = Modes::of(&[
    Mode::Update,
    Mode::ReplicatedQuery,
    Mode::Query,
    Mode::CompositeQuery,
    Mode::Reply,
    Mode::Reject,
    Mode::CompositeReply,
    Mode::CompositeReject,
    Mode::Cleanup,
    Mode::CompositeCleanup,
    Mode::InspectMessage,
]);

/// Callbacks, and cleanups since specification 0.54.
const REJECT_CODE: Modes = Modes::of(&[
    Mode::Reply,
    Mode::Reject,
    Mode::CompositeReply,
    Mode::CompositeReject,
    Mode::Cleanup,
]);

const REJECT_MESSAGE: Modes = Modes::of(&[Mode::Reject, Mode::CompositeReject]);

const DEADLINE: Modes = Modes::of(&[
    Mode::Update,
    Mode::ReplicatedQuery,
    Mode::Query,
    Mode::CompositeQuery,
    Mode::Reply,
    Mode::Reject,
    Mode::CompositeReply,
    Mode::CompositeReject,
]);

const ANSWER: Modes = Modes::of(&[
    Mode::Update,
    Mode::ReplicatedQuery,
    Mode::Query,
    Mode::Transform,
    Mode::CompositeQuery,
    Mode::Reply,
    Mode::Reject,
    Mode::CompositeReply,
    Mode::CompositeReject,
]);

const CYCLES_OF_CALL: Modes = Modes::of(&[
    Mode::Update,
    Mode::ReplicatedQuery,
    Mode::Reply,
    Mode::Reject,
]);

const REFUND: Modes = Modes::of(&[Mode::Reply, Mode::Reject]);

const BURN: Modes = Modes::of(&[
    Mode::Init,
    Mode::PreUpgrade,
    Mode::Update,
    Mode::ReplicatedQuery,
    Mode::Reply,
    Mode::Reject,
    Mode::Cleanup,
    Mode::SystemTask,
]);

/// Only where consensus runs the code, so that nothing else comes to depend on the root key.
const ROOT_KEY: Modes = BURN;

const INSPECT: Modes = Modes::of(&[Mode::InspectMessage]);

const CALL: Modes = Modes::of(&[
    Mode::Update,
    Mode::CompositeQuery,
    Mode::Reply,
    Mode::Reject,
    Mode::CompositeReply,
    Mode::CompositeReject,
    Mode::SystemTask,
]);

const CALL_CYCLES: Modes = Modes::of(&[Mode::Update, Mode::Reply, Mode::Reject, Mode::SystemTask]);

const CERTIFY: Modes = Modes::of(&[
    Mode::Init,
    Mode::PreUpgrade,
    Mode::Update,
    Mode::Reply,
    Mode::Reject,
    Mode::SystemTask,
]);

const CERTIFICATE: Modes = Modes::of(&[Mode::Query, Mode::CompositeQuery]);

const SET_TIMER: Modes = Modes::of(&[
    Mode::Init,
    Mode::PreUpgrade,
    Mode::Update,
    Mode::Reply,
    Mode::Reject,
    Mode::Cleanup,
    Mode::SystemTask,
]);

macro_rules! imports {
    ($($name:ident ($($param:ident)*) $(-> $result:ident)? : $modes:expr, $cost:expr;)*) => {
        /// Every function of `ic0`.
        pub const IMPORTS: &[ImportSpec] = &[
            $(ImportSpec {
                name: stringify!($name),
                params: &[$(ValType::$param),*],
                results: &[$(ValType::$result)?],
                modes: $modes,
                cost: $cost,
            }),*
        ];
    };
}

imports! {
    // The message.
    msg_arg_data_size() -> I32: ARGUMENT, USUAL;
    msg_arg_data_copy(I32 I32 I32): ARGUMENT, USUAL;
    msg_caller_size() -> I32: Modes::NOT_START, USUAL;
    msg_caller_copy(I32 I32 I32): Modes::NOT_START, USUAL;
    msg_caller_info_data_size() -> I32: CALLER_INFO, USUAL;
    msg_caller_info_data_copy(I32 I32 I32): CALLER_INFO, USUAL;
    msg_caller_info_signer_size() -> I32: CALLER_INFO, USUAL;
    msg_caller_info_signer_copy(I32 I32 I32): CALLER_INFO, USUAL;
    msg_reject_code() -> I32: REJECT_CODE, USUAL;
    msg_reject_msg_size() -> I32: REJECT_MESSAGE, USUAL;
    msg_reject_msg_copy(I32 I32 I32): REJECT_MESSAGE, USUAL;
    msg_deadline() -> I64: DEADLINE, USUAL;
    msg_method_name_size() -> I32: INSPECT, USUAL;
    msg_method_name_copy(I32 I32 I32): INSPECT, USUAL;
    accept_message(): INSPECT, USUAL;

    // The answer.
    msg_reply_data_append(I32 I32): ANSWER, USUAL;
    msg_reply(): ANSWER, USUAL;
    msg_reject(I32 I32): ANSWER, USUAL;

    // Cycles.
    msg_cycles_available() -> I64: CYCLES_OF_CALL, USUAL;
    msg_cycles_available128(I32): CYCLES_OF_CALL, USUAL;
    msg_cycles_refunded() -> I64: REFUND, USUAL;
    msg_cycles_refunded128(I32): REFUND, USUAL;
    msg_cycles_accept(I64) -> I64: CYCLES_OF_CALL, USUAL;
    msg_cycles_accept128(I64 I64 I32): CYCLES_OF_CALL, USUAL;
    cycles_burn128(I64 I64 I32): BURN, USUAL;
    canister_cycle_balance() -> I64: Modes::NOT_START, USUAL;
    canister_cycle_balance128(I32): Modes::NOT_START, USUAL;
    canister_liquid_cycle_balance128(I32): Modes::NOT_START, USUAL;

    // The canister and its subnet.
    canister_self_size() -> I32: Modes::NOT_START, USUAL;
    canister_self_copy(I32 I32 I32): Modes::NOT_START, USUAL;
    canister_status() -> I32: Modes::NOT_START, USUAL;
    canister_version() -> I64: Modes::NOT_START, USUAL;
    subnet_self_size() -> I32: Modes::NOT_START, USUAL;
    subnet_self_copy(I32 I32 I32): Modes::NOT_START, USUAL;
    subnet_self_node_count() -> I32: Modes::NOT_START, USUAL;
    root_key_size() -> I32: ROOT_KEY, USUAL;
    root_key_copy(I32 I32 I32): ROOT_KEY, USUAL;
    is_controller(I32 I32) -> I32: Modes::ALL, 1_000;
    in_replicated_execution() -> I32: Modes::ALL, USUAL;
    env_var_count() -> I32: Modes::NOT_START, USUAL;
    env_var_name_size(I32) -> I32: Modes::NOT_START, USUAL;
    env_var_name_copy(I32 I32 I32 I32): Modes::NOT_START, USUAL;
    env_var_name_exists(I32 I32) -> I32: Modes::NOT_START, USUAL;
    env_var_value_size(I32 I32) -> I32: Modes::NOT_START, USUAL;
    env_var_value_copy(I32 I32 I32 I32 I32): Modes::NOT_START, USUAL;

    // Outgoing calls.
    call_new(I32 I32 I32 I32 I32 I32 I32 I32): CALL, 1_500;
    call_on_cleanup(I32 I32): CALL, USUAL;
    call_data_append(I32 I32): CALL, USUAL;
    call_with_best_effort_response(I32): CALL, USUAL;
    call_cycles_add(I64): CALL_CYCLES, USUAL;
    call_cycles_add128(I64 I64): CALL_CYCLES, USUAL;
    call_perform() -> I32: CALL, 5_000;

    // Stable memory.
    stable_size() -> I32: Modes::ALL, 0;
    stable_grow(I32) -> I32: Modes::ALL, 100;
    stable_read(I32 I32 I32): Modes::ALL, STABLE_ACCESS;
    stable_write(I32 I32 I32): Modes::ALL, STABLE_ACCESS;
    stable64_size() -> I64: Modes::ALL, 0;
    stable64_grow(I64) -> I64: Modes::ALL, 100;
    stable64_read(I64 I64 I64): Modes::ALL, STABLE_ACCESS;
    stable64_write(I64 I64 I64): Modes::ALL, STABLE_ACCESS;

    // Certified data.
    certified_data_set(I32 I32): CERTIFY, USUAL;
    data_certificate_present() -> I32: Modes::NOT_START, USUAL;
    data_certificate_size() -> I32: CERTIFICATE, USUAL;
    data_certificate_copy(I32 I32 I32): CERTIFICATE, USUAL;

    // Time and instructions.
    time() -> I64: Modes::NOT_START, USUAL;
    global_timer_set(I64) -> I64: SET_TIMER, USUAL;
    performance_counter(I32) -> I64: Modes::ALL, 200;

    // What calls will cost.
    cost_call(I64 I64 I32): Modes::ALL, USUAL;
    cost_create_canister(I32): Modes::ALL, USUAL;
    cost_http_request(I64 I64 I32): Modes::ALL, USUAL;
    cost_http_request_v2(I32 I32 I32): Modes::ALL, USUAL;
    cost_sign_with_ecdsa(I32 I32 I32 I32) -> I32: Modes::ALL, USUAL;
    cost_sign_with_schnorr(I32 I32 I32 I32) -> I32: Modes::ALL, USUAL;
    cost_vetkd_derive_key(I32 I32 I32 I32) -> I32: Modes::ALL, USUAL;

    // Debugging.
    debug_print(I32 I32): Modes::ALL, 100;
    trap(I32 I32): Modes::ALL, USUAL;
}
